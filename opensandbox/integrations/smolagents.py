"""smolagents: a `CodeAgent` whose code runs in a sandbox."""

# pyright: reportMissingImports=false

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from opensandbox.integrations import needs_extra
from opensandbox.integrations.code import CodeTimeoutError, Interpreter
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, KeptSandbox

try:
    from smolagents.local_python_executor import CodeOutput
    from smolagents.monitoring import AgentLogger
    from smolagents.remote_executors import RemotePythonExecutor
    from smolagents.utils import AgentError
except ImportError as error:
    raise needs_extra("smolagents", error) from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.executions import Execution, ExecutionResult

__all__ = ["OpenSandboxExecutor"]

DEFAULT_TIMEOUT = 600.0
"""Seconds for one piece of code."""


class OpenSandboxExecutor(RemotePythonExecutor):
    """An executor for `CodeAgent(executor=…)`: variables stay from step to step, tools are sent along, pictures come back.

    It creates a sandbox, which ends with `cleanup` (as the agent's block does), or with the program. `options` are those of
    `SandboxSync.create`. Without `connection_config` and `OPEN_SANDBOX_DOMAIN` it runs on an embedded server of this process.

        with CodeAgent(tools=[], model=model, executor=OpenSandboxExecutor()) as agent:
            agent.run("What is the 118th number of Fibonacci?")
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        *,
        image: str = DEFAULT_IMAGE,
        connection_config: ConnectionConfigSync | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        **options: Any,
    ) -> None:
        super().__init__(list(additional_imports), logger or AgentLogger(), allow_pickle)
        self._kept = KeptSandbox(image, connection_config, **options)
        self.sandbox = self._kept.sandbox
        self._interpreter = Interpreter(self.sandbox)
        self._timeout = timeout
        self.installed_packages = self.install_packages(self.additional_imports)

    def run_code_raise_errors(self, code: str) -> CodeOutput:
        """Run code and return its value; `AgentError` with its output and its traceback if it fails or takes too long."""
        try:
            execution = self._interpreter.run(code, timeout=self._timeout)
        except CodeTimeoutError as late:
            logs = "" if late.execution is None else late.execution.output
            raise AgentError(f"{logs}\n{late}", self.logger) from late
        logs = execution.stdout + execution.stderr
        if execution.error is None:
            return CodeOutput(output=_value(execution), logs=logs, is_final_answer=False)
        if execution.error.name == self.FINAL_ANSWER_EXCEPTION:
            answer = self._deserialize_final_answer(execution.error.value, self.allow_pickle)
            return CodeOutput(output=answer, logs=logs, is_final_answer=True)
        raise AgentError(f"{logs}\nExecuting code yielded an error:\n{execution.error.text}", self.logger)

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Install packages with pip, for the interpreter that runs the code.

        A failure is logged: the framework asks for packages that code may do without.
        """
        if additional_imports:
            command = ["python3", "-m", "pip", "install", "--quiet", *additional_imports]
            done = self.sandbox.commands.run(command, timeout=self._timeout, max_output=10_000)
            if not done.ok:
                self.logger.log_error(
                    f"pip could not install {', '.join(additional_imports)}:\n{done.stderr}"
                )
        return additional_imports

    def cleanup(self) -> None:
        """End the sandbox. May be called twice."""
        self._kept.end()


def _value(execution: Execution) -> Any:
    return _best(execution.result[-1]) if execution.result else None


def _best(result: ExecutionResult) -> Any:
    if (picture := result.png or result.jpeg) is not None:
        from PIL import Image

        return Image.open(BytesIO(picture))
    return result.json_value or result.html or result.latex or result.markdown or result.svg or result.text
