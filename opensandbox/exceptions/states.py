"""Errors about what became of a sandbox, a snapshot, a template or a vault while somebody waited for it or changed it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from opensandbox.exceptions.api import SandboxApiException, SandboxConflictException
from opensandbox.exceptions.root import SandboxError, SandboxException

if TYPE_CHECKING:
    from opensandbox.models.credentials import CredentialVaultState
    from opensandbox.models.sandboxes import SandboxInfo
    from opensandbox.models.snapshots import SnapshotInfo
    from opensandbox.models.templates import TemplateInfo


class SandboxTerminatedException(SandboxException):
    """The server still knows the sandbox, but it is over: its state is `Terminated` or `Failed`.

    `info` is the record, with the reason in `info.status`. A sandbox that the server has forgotten is reported as
    `SandboxNotFoundException` (404) or `SandboxGoneException` (410) instead.
    """

    _code = SandboxError.TERMINATED

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        info: SandboxInfo | None = None,
    ) -> None:
        super().__init__(message, cause, SandboxError(self._code))
        self.info = info


class SandboxWakeTimeoutException(SandboxApiException):
    """The sandbox was paused, and did not wake as soon as the `retry_policy` allows. It goes on waking; nothing was sent on to it.

    `attempts` is how often the gateway said so, `waited` the time since the first request. Calling again is safe, whatever the
    call was. `wake_overall_deadline` and `wake_max_attempts` of `RetryPolicy` are the limits.
    """

    _code = SandboxError.WAKE_TIMEOUT

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        attempts: int = 0,
        waited: timedelta | None = None,
        error: SandboxError | None = None,
        request_id: str | None = None,
        response_body: bytes | None = None,
    ) -> None:
        super().__init__(
            message,
            cause,
            503,
            error or SandboxError(self._code, message),
            request_id,
            response_body,
        )
        self.attempts = attempts
        self.waited = waited or timedelta(0)


class SnapshotFailedException(SandboxException):
    """A snapshot could not be taken; `snapshot` is its record. Delete it, and take another one."""

    _code = SandboxError.SNAPSHOT_FAILED

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        snapshot: SnapshotInfo | None = None,
    ) -> None:
        super().__init__(message, cause, SandboxError(self._code))
        self.snapshot = snapshot


class TemplateFailedException(SandboxException):
    """A template could not be built; `template` is its record, with what went wrong in `template.status.message`."""

    _code = SandboxError.TEMPLATE_FAILED

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        template: TemplateInfo | None = None,
    ) -> None:
        super().__init__(message, cause, SandboxError(self._code))
        self.template = template


class CredentialVaultRevisionException(SandboxConflictException):
    """The vault is not at the revision that a change was meant for: somebody else has changed it; nothing was written.

    `expected_revision` is what the call said, `state` what the vault holds now, `current_revision` the revision of that.
    `credential_vault.update` reads, changes and writes again by itself.
    """

    expected_revision: int | None = None
    state: CredentialVaultState | None = None

    @property
    def current_revision(self) -> int | None:
        """The revision that the vault has now."""
        return None if self.state is None else self.state.revision

    @classmethod
    def of(
        cls, conflict: SandboxConflictException, expected_revision: int, state: CredentialVaultState
    ) -> CredentialVaultRevisionException:
        """Return this exception for a refusal of the server, with the state that was read after it."""
        mismatch = cls(
            f"the vault is at revision {state.revision}, not {expected_revision}: somebody else has changed it; "
            "decide by the state in this exception and write again, or use credential_vault.update",
            conflict,
            conflict.status_code,
            conflict.error,
            conflict.request_id,
            conflict.response_body,
            method=conflict.method,
            path=conflict.path,
        )
        mismatch.expected_revision = expected_revision
        mismatch.state = state
        return mismatch
