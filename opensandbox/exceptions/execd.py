"""Errors of code, terminals, measurements and file contents inside a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.exceptions.root import SandboxError, SandboxException

if TYPE_CHECKING:
    from opensandbox.models.execd import Execution, ExecutionError


class CodeFailedException(SandboxException):
    """Code that was run with `check=True` failed.

    `execution` is the finished execution with its output, `failure` the language's error: `name` and `value` of the
    exception, `traceback` as lines.

        try:
            await sandbox.code.run("1 / 0", check=True)
        except CodeFailedException as failed:
            print(failed.failure.name)  # ZeroDivisionError
    """

    _code = SandboxError.CODE_FAILED

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        execution: Execution | None = None,
    ) -> None:
        super().__init__(message, cause, SandboxError(self._code))  # its text would be the message once more
        self.execution = execution

    @property
    def failure(self) -> ExecutionError | None:
        """The language's error."""
        return None if self.execution is None else self.execution.error


class ContentMismatchException(SandboxException):
    """A file in the sandbox differs from the transferred data (`verify=True`): transfer it again.

    Another program wrote to it meanwhile, or the transfer was damaged. `path` is the file in the sandbox, `local` and
    `remote` are the two SHA-256 digests in hexadecimal.

        try:
            await sandbox.files.upload("model.bin", "/workspace/model.bin", verify=True)
        except ContentMismatchException as failure:
            print(failure.path, failure.local, failure.remote)
    """

    _code = SandboxError.CONTENT_MISMATCH

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        path: str = "",
        local: str = "",
        remote: str = "",
    ) -> None:
        super().__init__(message, cause, SandboxError(self._code))  # its text would be the message once more
        self.path = path
        self.local = local
        self.remote = remote


class SampleFailedException(SandboxException):
    """The sandbox could not take this sample. The stream continues: iterate again."""

    _code = SandboxError.SAMPLE_FAILED


class TerminalException(SandboxException):
    """A terminal refused a request, or could not start; `error.code` is the server's code.

    `STDIN_WRITE_FAILED`: the program does not read its input. `READ_ONLY`: this is a viewer. `START_FAILED` and
    `SESSION_GONE`: there is no program to connect to.
    """

    _code = SandboxError.TERMINAL_FAILED


class TerminalTakenOverException(TerminalException):
    """Another client took the terminal over. Its program keeps running; `pty.attach(…, takeover=True)` takes it back."""

    _code = SandboxError.TERMINAL_TAKEN_OVER
