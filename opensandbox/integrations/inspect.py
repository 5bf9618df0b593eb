"""inspect_ai: the sandbox environment `opensandbox`, for evaluations where there is no Docker."""

# pyright: reportMissingImports=false

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, overload

from pydantic import BaseModel, ConfigDict

from opensandbox.exceptions import InvalidArgumentException, SandboxException
from opensandbox.integrations import needs_extra
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, keep_sandbox

try:
    from inspect_ai.util import (
        ExecResult,
        OutputLimitExceededError,
        SandboxEnvironment,
        SandboxEnvironmentLimits,
        SandboxUnavailableError,
        SandboxUserUnsupportedError,
        sandboxenv,
    )
except ImportError as error:
    raise needs_extra("inspect", error) from error

if TYPE_CHECKING:
    from opensandbox import Sandbox

__all__ = ["OpenSandboxConfig", "OpenSandboxEnvironment"]

WORKING_DIRECTORY = "/workspace"

NOT_STARTED, NOT_FOUND, SIGNALLED = 126, 127, 128
"""Exit codes, as a shell has them; to the last the number of the signal is added."""


class OpenSandboxConfig(BaseModel, frozen=True):
    """How the sandbox of a sample is created: `SandboxEnvironmentSpec("opensandbox", OpenSandboxConfig(image="ubuntu"))`.

    Further fields are options of `Sandbox.create`, such as `env`, `resource` and `network_policy`.
    """

    model_config = ConfigDict(extra="allow")

    image: str = DEFAULT_IMAGE


@sandboxenv(name="opensandbox")
class OpenSandboxEnvironment(SandboxEnvironment):
    """A sandbox for each sample: `sandbox="opensandbox"`, or `("opensandbox", "python:3.12")` for an image.

    It ends with the sample. Without `OPEN_SANDBOX_DOMAIN` it runs on an embedded server of this process.
    """

    def __init__(self, sandbox: Sandbox, stack: AsyncExitStack) -> None:
        super().__init__()
        self.sandbox = sandbox
        self._stack = stack

    @classmethod
    async def sample_init(
        cls, task_name: str, config: BaseModel | str | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        """Create the sandbox of a sample."""
        given = OpenSandboxConfig(image=config) if isinstance(config, str) else config or OpenSandboxConfig()
        stack = AsyncExitStack()
        sandbox = await keep_sandbox(stack, **given.model_dump(), metadata={"inspect-task": task_name[:63]})
        await sandbox.files.create_directories(WORKING_DIRECTORY)
        return {"default": cls(sandbox, stack)}

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: BaseModel | str | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """End the sandboxes of a sample."""
        for environment in environments.values():
            await environment.as_type(cls)._stack.aclose()

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Read a configuration back from a log."""
        return OpenSandboxConfig(**config)

    def default_polling_interval(self) -> float:
        """Seconds between two looks at a process: a look costs a few milliseconds here."""
        return 0.2

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a program. Of output above the limit the beginning and the end are returned."""
        where = _resolved(cwd or ".")
        try:
            execution = await self.sandbox.commands.run(
                cmd,
                input=input,
                cwd=where,
                env=env,
                user=user,
                timeout=timeout,
                max_output=SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE,
            )
        except InvalidArgumentException as failure:
            if user is None:
                raise
            return ExecResult(False, NOT_STARTED, "", str(failure))  # nobody has this name
        except SandboxException as failure:
            raise SandboxUnavailableError(str(failure)) from failure
        if execution.timed_out:
            raise TimeoutError(f"{cmd[0]} was killed after {timeout} s")
        if execution.exit_code is None and execution.error is not None:
            return _not_started(execution.error.value, user)
        code = SIGNALLED + execution.signal if execution.signal else execution.exit_code or 0
        return ExecResult(code == 0, code, execution.stdout, execution.stderr)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file and create its directories."""
        await self.sandbox.files.write_file(_resolved(file), contents, mode=644)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file that is not above the limit."""
        path = _resolved(file)
        info = (await self.sandbox.files.get_file_info([path]))[path]
        if info.size > SandboxEnvironmentLimits.MAX_READ_FILE_SIZE and info.entry_type == "file":
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        content = await self.sandbox.files.read_bytes(path)
        return content.decode() if text else content


def _resolved(path: str) -> str:
    return str(PurePosixPath(WORKING_DIRECTORY) / path)


def _not_started(reason: str, user: str | None) -> ExecResult[str]:
    if user is not None and "Operation not permitted" in reason:
        raise SandboxUserUnsupportedError(f"this sandbox runs nothing as {user!r}: {reason}")
    if "Permission denied" in reason:
        raise PermissionError(reason)
    return ExecResult(False, NOT_FOUND, "", reason)
