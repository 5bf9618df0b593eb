"""Errors that the client raises, and the public home of every exception name.

The classes for error answers are in `api`, those for code, terminals and samples in `execd`, those of pools in `pool`,
those about files in `files`, the root in `root`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.exceptions.api import (
    SandboxApiException,
    SandboxConflictException,
    SandboxForbiddenException,
    SandboxGoneException,
    SandboxInvalidRequestException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxRateLimitException,
    SandboxUnauthenticatedException,
    SandboxUnavailableException,
)
from opensandbox.exceptions.execd import (
    CodeFailedException,
    ContentMismatchException,
    SampleFailedException,
    TerminalException,
    TerminalTakenOverException,
)
from opensandbox.exceptions.files import (
    SandboxFileException,
    SandboxFileExistsException,
    SandboxFileNotFoundException,
    SandboxFilePermissionException,
    SandboxIsADirectoryException,
    SandboxNotADirectoryException,
)
from opensandbox.exceptions.pool import (
    PoolAcquireFailedException,
    PoolDestroyedException,
    PoolDestroyIncompleteException,
    PoolEmptyException,
    PoolNotRunningException,
    PoolStateStoreContentionException,
    PoolStateStoreUnavailableException,
)
from opensandbox.exceptions.root import SandboxError, SandboxException, shortened
from opensandbox.exceptions.states import (
    CredentialVaultRevisionException,
    SandboxTerminatedException,
    SandboxWakeTimeoutException,
    SnapshotFailedException,
    TemplateFailedException,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from signal import Signals

    from opensandbox.models.execd import Execution

__all__ = [
    "CodeFailedException",
    "CommandFailedException",
    "CommandKilledException",
    "CommandTimedOutException",
    "ContentMismatchException",
    "CredentialVaultRevisionException",
    "ExecutionAbortedException",
    "IncompleteStreamException",
    "InvalidArgumentException",
    "MalformedEventException",
    "NoEventStreamException",
    "PoolAcquireFailedException",
    "PoolDestroyIncompleteException",
    "PoolDestroyedException",
    "PoolEmptyException",
    "PoolNotRunningException",
    "PoolStateStoreContentionException",
    "PoolStateStoreUnavailableException",
    "SampleFailedException",
    "SandboxApiException",
    "SandboxConflictException",
    "SandboxConnectTimeoutException",
    "SandboxConnectionException",
    "SandboxError",
    "SandboxException",
    "SandboxFileException",
    "SandboxFileExistsException",
    "SandboxFileNotFoundException",
    "SandboxFilePermissionException",
    "SandboxForbiddenException",
    "SandboxGoneException",
    "SandboxInternalException",
    "SandboxInvalidRequestException",
    "SandboxIsADirectoryException",
    "SandboxNotADirectoryException",
    "SandboxNotFoundException",
    "SandboxNotSupportedException",
    "SandboxRateLimitException",
    "SandboxReadyTimeoutException",
    "SandboxTerminatedException",
    "SandboxTimeoutException",
    "SandboxUnauthenticatedException",
    "SandboxUnavailableException",
    "SandboxUnhealthyException",
    "SandboxWakeTimeoutException",
    "SnapshotFailedException",
    "StreamTimeoutException",
    "TemplateFailedException",
    "TerminalException",
    "TerminalTakenOverException",
]


class InvalidArgumentException(SandboxException):
    """An argument is invalid; no request was sent. The message names the argument, its value and the rule.

    It shortens very long values.
    """

    _code = SandboxError.INVALID_ARGUMENT

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        error: SandboxError | None = None,
        request_id: str | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(
            message and shortened(message), cause, error, request_id=request_id, is_retryable=is_retryable
        )


class SandboxInternalException(SandboxException):
    """An internal failure; see the cause."""

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        error: SandboxError | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message, cause, error, is_retryable=is_retryable)


class SandboxTimeoutException(SandboxInternalException):
    """No response within `request_timeout`, or another deadline passed.

    The server may have done the work: check before you retry a call that changes something.
    """

    _code = SandboxError.TIMEOUT

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message, cause, is_retryable=is_retryable)


class SandboxConnectionException(SandboxInternalException):
    """The server could not be reached, or the connection broke.

    `is_retryable` is true if the request cannot have had an effect.
    """

    _code = SandboxError.CONNECTION
    _sent = True
    """Whether the request may have arrived. It has not where no connection was made, also where trying again would not help."""

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message, cause, is_retryable=is_retryable)


class SandboxConnectTimeoutException(SandboxConnectionException, SandboxTimeoutException):
    """No connection was established within the time of the call, so no request was sent.

    It is a connection error and a timeout. A wrong address, a firewall and a busy server look the same to the client.
    """

    _sent = False


class IncompleteStreamException(SandboxConnectionException):
    """The event stream of an execution ended before its final event.

    ``execution`` holds everything received so far. The remote process may still run: ``resume()``
    waits for its end, ``commands.interrupt(failure.execution_id)`` stops it.

    Example::

        except IncompleteStreamException as failure:
            print(failure.execution.text)
            execution = await failure.resume()
    """

    _code = SandboxError.INCOMPLETE_STREAM

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        execution: Execution | None = None,
        resume: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(message, cause)
        self.error = SandboxError(self._code)  # its text would be the message once more
        self.execution = execution
        self._resume = resume

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled without the way to the sandbox: another process attaches to the command by its id.
        return type(self), self.args, {**self.__dict__, "_resume": None}

    @property
    def execution_id(self) -> str | None:
        """The server's id of the execution; ``None`` when the stream broke before naming it."""
        return None if self.execution is None else self.execution.id

    @property
    def is_resumable(self) -> bool:
        """Whether ``resume()`` can get the outcome: only commands keep running when their stream breaks."""
        return self._resume is not None and self.execution_id is not None

    def resume(self, timeout: timedelta | float | None = None) -> Any:
        """Wait until the command has ended and return its ``Execution``; to be awaited after an async call.

        The exit code is correct. Output after the break is lost: the server keeps none for commands in the foreground.
        ``timeout`` limits the wait (``SandboxTimeoutException``). Raises ``SandboxException`` if it is not resumable.
        """
        if self._resume is None or self.execution_id is None:
            raise SandboxException(
                "only a command that has told its id can be resumed; look for its effects, then run it again"
            ) from self
        return self._resume(timeout)


class MalformedEventException(IncompleteStreamException):
    """An event stream contained data that is no event; ``received`` is that data."""

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        execution: Execution | None = None,
        resume: Callable[[Any], Any] | None = None,
        received: bytes = b"",
    ) -> None:
        super().__init__(message, cause, execution=execution, resume=resume)
        self.received = received


class StreamTimeoutException(SandboxTimeoutException, IncompleteStreamException):
    """An execution sent nothing for ``idle_timeout``, or did not end within ``request_timeout``.

    These limits end the wait. The command keeps running; ``RunCommandOpts.timeout`` limits the command.
    """

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        execution: Execution | None = None,
        resume: Callable[[Any], Any] | None = None,
    ) -> None:
        IncompleteStreamException.__init__(self, message, cause, execution=execution, resume=resume)


class NoEventStreamException(SandboxApiException, SandboxConnectionException):
    """The response is no event stream, so probably no OpenSandbox server sent it: check the domain and proxies.

    ``status_code`` and ``response_body`` (its beginning) are from the response.
    """

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        status_code: int | None = None,
        request_id: str | None = None,
        response_body: bytes | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        # The constructors of the two parents do not fit behind each other.
        SandboxException.__init__(self, message, cause, SandboxError(self._code), request_id)
        self.status_code = status_code
        self.response_body = response_body
        self.method = method
        self.path = path


class ExecutionAbortedException(SandboxApiException):
    """The server aborted an execution after its stream had begun.

    ``error`` is the server's error, ``execution`` everything received before.
    """

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        error: SandboxError | None = None,
        response_body: bytes | None = None,
        execution: Execution | None = None,
    ) -> None:
        super().__init__(message, cause, status_code=200, error=error, response_body=response_body)
        self.execution = execution


class CommandFailedException(SandboxException):
    """A command that was run with `check=True` failed.

    `execution` is the finished execution with all its output, `exit_code` its exit status
    (`None` if the server sent none: the command could not be started, or was ended by a signal).

        try:
            await sandbox.commands.run("make test", check=True)
        except CommandFailedException as failure:
            print(failure.exit_code, failure.execution)
    """

    _code = SandboxError.COMMAND_FAILED

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
    def exit_code(self) -> int | None:
        """The exit status of the command."""
        return None if self.execution is None else self.execution.exit_code


class CommandKilledException(CommandFailedException):
    """A signal ended a command that was run with `check=True`.

    `execution.oom_killed` tells whether memory ran out, if the server says so.

        except CommandKilledException as killed:
            print(killed.signal.name)
    """

    @property
    def signal(self) -> Signals | None:
        """The signal that ended it."""
        return None if self.execution is None else self.execution.signal


class CommandTimedOutException(CommandFailedException, TimeoutError):
    """A command that was run with `check=True` exceeded its own `timeout` and was killed; its output is in
    `execution`.

    except TimeoutError:
        ...  # also the builtin class
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError would be made anew from two of its arguments only.
        return type(self), self.args, self.__dict__


class SandboxUnhealthyException(SandboxException):
    """The sandbox runs but is not healthy; kept for programs that catch it.

    The SDK raises `SandboxReadyTimeoutException` instead.
    """

    _code = SandboxError.UNHEALTHY


class SandboxReadyTimeoutException(SandboxException):
    """The sandbox did not become ready in time: raise `ready_timeout`, or see the cause for the last failure."""

    _code = SandboxError.READY_TIMEOUT
