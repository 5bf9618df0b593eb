"""Errors raised on this side of the wire, and the published home of every exception name.

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
    """An argument cannot be used; nothing was sent. The message names the argument, its value and what fits.

    Of a very long value the message has the beginning and the end.
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
    """Something failed below the call that was made; the cause tells what."""

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        error: SandboxError | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message, cause, error, is_retryable=is_retryable)


class SandboxTimeoutException(SandboxInternalException):
    """No answer within `request_timeout`, or a deadline was spent.

    The server may have done the work all the same: look before repeating a call that changes something.
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

    `is_retryable` is true where nothing can have happened on the other side.
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
    """No connection was made within the time of the call, so nothing was sent.

    It is both: the server could not be reached, and time ran out. A wrong address, a firewall or a busy server look alike from here.
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
        """Whether ``resume()`` can tell the outcome: only commands go on when their stream breaks."""
        return self._resume is not None and self.execution_id is not None

    def resume(self, timeout: timedelta | float | None = None) -> Any:
        """Wait until the command has ended and return its ``Execution``; to be awaited after an async call.

        The exit code is the true one. Output that was sent while nobody listened is lost: the server
        keeps none for commands in the foreground. ``timeout`` bounds the wait
        (``SandboxTimeoutException``). What cannot be resumed raises ``SandboxException``.
        """
        if self._resume is None or self.execution_id is None:
            raise SandboxException(
                "only a command that has told its id can be resumed; look for its effects, then run it again"
            ) from self
        return self._resume(timeout)


class MalformedEventException(IncompleteStreamException):
    """An event stream brought something that is no event; ``received`` is that, as it came."""

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
    """An execution told nothing for ``idle_timeout``, or did not end within ``request_timeout``.

    These limits are about waiting. The command itself goes on; ``RunCommandOpts.timeout`` limits that.
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
    """What answered instead of an event stream is probably no OpenSandbox server: check the domain, or a proxy between.

    ``status_code`` and ``response_body`` (its beginning) are what came.
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
    """The server gave up on an execution after its stream had begun.

    ``error`` is what it said, ``execution`` everything received before.
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
    """A command that was asked to succeed (`check=True`) did not.

    `execution` is the finished execution with all its output, `exit_code` its exit status
    (`None` where the server gave none: the command could not be started, or was ended by a signal).

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
    """A command that was asked to succeed was ended by a signal.

    `signal` is which; `execution.oom_killed` tells whether memory ran out, where the server says so.

        except CommandKilledException as killed:
            print(killed.signal.name)
    """

    @property
    def signal(self) -> Signals | None:
        """The signal that ended it."""
        return None if self.execution is None else self.execution.signal


class CommandTimedOutException(CommandFailedException, TimeoutError):
    """A command that was asked to succeed was killed because its own `timeout` was over; what it printed is in `execution`.

    except TimeoutError:
        ...  # also the builtin class
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError would be made anew from two of its arguments only.
        return type(self), self.args, self.__dict__


class SandboxUnhealthyException(SandboxException):
    """The sandbox runs but does not answer its health check; kept for programs that catch it.

    What is raised is `SandboxReadyTimeoutException`, when the time that was given for it is over.
    """

    _code = SandboxError.UNHEALTHY


class SandboxReadyTimeoutException(SandboxException):
    """The sandbox did not become ready in time: raise `ready_timeout`, or see the cause for the last failure."""

    _code = SandboxError.READY_TIMEOUT
