"""Errors of sandbox pools and of the stores that hold their state."""

from __future__ import annotations

from opensandbox.exceptions.root import SandboxError, SandboxException


class PoolEmptyException(SandboxException):
    """There is no idle sandbox, and the policy does not create one: wait, raise `max_idle`, or use a policy that
    creates."""

    _code = SandboxError.POOL_EMPTY

    def __init__(
        self,
        message: str | None = "No idle sandbox available and policy is FAIL_FAST",
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(message, cause)


class PoolAcquireFailedException(SandboxException):
    """None of the idle sandboxes that were tried was usable; the last failure is the cause."""

    _code = SandboxError.POOL_ACQUIRE_FAILED

    def __init__(
        self,
        message: str | None = "Acquire failed due to unusable idle sandbox candidate(s)",
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(message, cause)


class PoolNotRunningException(SandboxException):
    """The pool has not been started, or is shutting down: call `start()` first."""

    _code = SandboxError.POOL_NOT_RUNNING

    def __init__(
        self, message: str | None = "Pool is not running", cause: BaseException | None = None
    ) -> None:
        super().__init__(message, cause)


class PoolDestroyedException(SandboxException):
    """The pool of this name was destroyed: use another name, or wait until its tombstone has expired."""

    _code = SandboxError.POOL_DESTROYED

    def __init__(
        self, message: str | None = "Pool namespace is destroyed", cause: BaseException | None = None
    ) -> None:
        super().__init__(message, cause)


class PoolDestroyIncompleteException(SandboxException):
    """Destroying a pool ran out of time or lost its store; calling `destroy` again continues the work."""

    _code = SandboxError.POOL_DESTROY_INCOMPLETE

    def __init__(
        self, message: str | None = "Pool destroy did not complete", cause: BaseException | None = None
    ) -> None:
        super().__init__(message, cause)


class PoolStateStoreUnavailableException(SandboxException):
    """The store that holds the pool's state cannot be reached or answered with an error (the cause)."""

    _code = SandboxError.POOL_STATE_STORE_UNAVAILABLE


class PoolStateStoreContentionException(SandboxException):
    """Another owner changed the pool's state at the same moment; kept for stores written for release 0.1."""

    _code = SandboxError.POOL_STATE_STORE_CONTENTION
