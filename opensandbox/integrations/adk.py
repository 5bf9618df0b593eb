"""Google ADK: a code executor for agents, in place of `UnsafeLocalCodeExecutor`."""

# pyright: reportMissingImports=false

from __future__ import annotations

import mimetypes
import threading
import uuid
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from pydantic import Field, PrivateAttr

from opensandbox.integrations import needs_extra
from opensandbox.integrations.code import MAX_OUTPUT, CodeTimeoutError, Interpreter
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, KeptSandbox

try:
    from google.adk.code_executors.base_code_executor import BaseCodeExecutor
    from google.adk.code_executors.code_execution_utils import (
        CodeExecutionInput,
        CodeExecutionResult,
        CodeExecutionUtils,
        File,
    )
except ImportError as error:
    raise needs_extra("adk", error) from error

if TYPE_CHECKING:
    from google.adk.agents.invocation_context import InvocationContext

    from opensandbox import SandboxSync

__all__ = ["OpenSandboxCodeExecutor"]

TIMED_OUT = -1
"""The exit code of code that took too long, as that of the framework's environments."""


class OpenSandboxCodeExecutor(BaseCodeExecutor):
    """Runs the code of an agent in a sandbox: `LlmAgent(…, code_executor=OpenSandboxCodeExecutor())`.

    Each piece of code is a program of its own, in a directory with its input files; files that it leaves there are its output files.
    With `stateful=True` the pieces share an interpreter, below /workspace. The sandbox is created on first use, and ends with `close`,
    or with the program. Without `connection_config` and `OPEN_SANDBOX_DOMAIN` it runs on an embedded server of this process.
    """

    image: str = DEFAULT_IMAGE
    timeout_seconds: int = Field(default=300, gt=0)
    create: dict[str, Any] = Field(default_factory=dict)
    """Further options of `SandboxSync.create`."""
    connection_config: Any = Field(default=None, exclude=True, repr=False)

    _kept: KeptSandbox | None = PrivateAttr(default=None)
    _interpreter: Interpreter | None = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def execute_code(
        self, invocation_context: InvocationContext, code_execution_input: CodeExecutionInput
    ) -> CodeExecutionResult:
        """Run code and return its output, its files and its exit code: -1 after a timeout."""
        sandbox = self._started()
        directory = "/workspace" if self.stateful else f"/workspace/{uuid.uuid4().hex}"
        sandbox.files.create_directories(directory)
        given = {file.name: _content(file) for file in code_execution_input.input_files}
        for name, content in given.items():
            sandbox.files.write_file(f"{directory}/{name}", content, mode=644)
        run = self._in_interpreter if self.stateful else self._as_program
        result = run(sandbox, code_execution_input.code, directory)
        if not self.stateful:
            result.output_files = [*_left(sandbox, directory, given)]
            sandbox.files.delete(directory, recursive=True)
        return result

    def close(self) -> None:
        """End the sandbox. The next piece of code gets a new one."""
        with self._lock:
            if self._kept is not None:
                self._kept.end()
            self._kept = self._interpreter = None

    def _started(self) -> SandboxSync:
        with self._lock:
            if self._kept is None:
                self._kept = KeptSandbox(self.image, self.connection_config, **self.create)
                self._interpreter = Interpreter(self._kept.sandbox)
            return self._kept.sandbox

    def _as_program(self, sandbox: SandboxSync, code: str, directory: str) -> CodeExecutionResult:
        execution = sandbox.commands.run(
            ["python3", "-"], input=code, cwd=directory, timeout=self.timeout_seconds, max_output=MAX_OUTPUT
        )
        if execution.timed_out:
            return self._late(execution.stdout, execution.stderr)
        code_of_exit = 128 + execution.signal if execution.signal else execution.exit_code
        return CodeExecutionResult(execution.stdout, execution.stderr, exit_code=code_of_exit)

    def _in_interpreter(self, sandbox: SandboxSync, code: str, directory: str) -> CodeExecutionResult:
        assert self._interpreter is not None
        try:
            execution = self._interpreter.run(code, timeout=self.timeout_seconds)
        except CodeTimeoutError as late:
            printed = ("", "") if late.execution is None else (late.execution.stdout, late.execution.stderr)
            return self._late(*printed)
        values = "".join(f"{result.text}\n" for result in execution.result if result.text)
        failure = "" if execution.error is None else execution.error.text
        return CodeExecutionResult(
            execution.stdout + values, execution.stderr + failure, exit_code=int(execution.error is not None)
        )

    def _late(self, stdout: str, stderr: str) -> CodeExecutionResult:
        why = f"{stderr}\nthe code was ended after {self.timeout_seconds} s"
        return CodeExecutionResult(stdout, why.lstrip("\n"), exit_code=TIMED_OUT)


def _content(file: File) -> bytes:
    data = file.content.encode() if isinstance(file.content, str) else file.content
    return b64decode(CodeExecutionUtils.get_encoded_file_content(data))


def _left(sandbox: SandboxSync, directory: str, given: dict[str, bytes]) -> Any:
    for entry in sandbox.files.walk(directory):
        name = entry.path.removeprefix(f"{directory}/")
        if entry.entry_type != "file":
            continue
        content = sandbox.files.read_bytes(entry.path)
        if given.get(name) != content:
            yield File(name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")
