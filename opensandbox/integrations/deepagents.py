"""LangChain deepagents: a back-end whose files and commands are those of a sandbox."""

# pyright: reportMissingImports=false

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self

from opensandbox.integrations import needs_extra
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, KeptSandbox

try:
    from deepagents.backends.protocol import (
        FILE_NOT_FOUND,
        INVALID_PATH,
        IS_DIRECTORY,
        PERMISSION_DENIED,
        ExecuteResponse,
        FileDownloadResponse,
        FileUploadResponse,
    )
    from deepagents.backends.sandbox import BaseSandbox
except ImportError as error:
    raise needs_extra("deepagents", error) from error

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from opensandbox import SandboxSync
    from opensandbox.config import ConnectionConfigSync

__all__ = ["OpenSandboxBackend"]

MAX_OUTPUT = 1_000_000
"""Characters of each stream that are kept: the beginning and the end."""

DEFAULT_TIMEOUT = 1800
"""Seconds for a command that brings no time limit."""

TIMED_OUT = 124
"""The exit code of a command that was killed after its time limit, as `timeout` has it."""


class OpenSandboxBackend(BaseSandbox):
    """A deepagents back-end. Without `sandbox` it creates one, which ends with `close`, with the block, or with the program.

    `options` are those of `SandboxSync.create`. Without `connection_config` and `OPEN_SANDBOX_DOMAIN` it runs on an embedded server
    of this process. A sandbox that has ended raises `SandboxException`.

        with OpenSandboxBackend() as backend:
            agent = create_deep_agent(model=model, backend=backend)
            agent.invoke({"messages": [{"role": "user", "content": "Which Python is here?"}]})
    """

    enable_capture_offload = True

    def __init__(
        self,
        sandbox: SandboxSync | None = None,
        *,
        image: str = DEFAULT_IMAGE,
        connection_config: ConnectionConfigSync | None = None,
        timeout: int = DEFAULT_TIMEOUT,
        **options: Any,
    ) -> None:
        self._kept = None if sandbox is not None else KeptSandbox(image, connection_config, **options)
        self.sandbox: SandboxSync = sandbox or self._kept.sandbox  # type: ignore[union-attr]
        self._timeout = timeout

    @property
    def id(self) -> str:
        """The id of the sandbox."""
        return self.sandbox.id

    def execute(self, command: str, *, timeout: int | None = None) -> ExecuteResponse:
        """Run shell text; `timeout` in seconds, 0 for none. After it the output so far is returned, with exit code 124."""
        limit = self._timeout if timeout is None else timeout
        execution = self.sandbox.commands.run(command, timeout=limit or None, max_output=MAX_OUTPUT)
        if not execution.timed_out:
            return ExecuteResponse(execution.output, execution.exit_code, execution.truncated)
        output = f"{execution.output}\n[killed after {limit:g} s]"
        return ExecuteResponse(output, TIMED_OUT, execution.truncated)

    def upload_files(self, files: list[tuple[str, bytes]]) -> list[FileUploadResponse]:
        """Write files and create their directories; a failure is told for each."""
        answers = []
        for path, data in files:
            write = partial(self.sandbox.files.write_file, data=data, mode=644)
            answers.append(FileUploadResponse(path, error=_attempt(path, write)[1]))
        return answers

    def download_files(self, paths: list[str]) -> list[FileDownloadResponse]:
        """Read files; a failure is told for each."""
        return [FileDownloadResponse(path, *_attempt(path, self.sandbox.files.read_bytes)) for path in paths]

    def close(self) -> None:
        """End the sandbox that this back-end created. May be called twice."""
        if self._kept is not None:
            self._kept.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _attempt(path: str, operation: Callable[[str], Any]) -> tuple[Any, str | None]:
    """Return what an operation on a file returns, or the word of the framework for its failure."""
    if not PurePosixPath(path).is_absolute():
        return None, INVALID_PATH
    try:
        return operation(path), None
    except FileNotFoundError:
        return None, FILE_NOT_FOUND
    except IsADirectoryError:
        return None, IS_DIRECTORY
    except PermissionError:
        return None, PERMISSION_DENIED
    except OSError as failure:  # the other errors of files; a sandbox that is gone raises
        return None, INVALID_PATH if isinstance(failure, NotADirectoryError) else str(failure)
