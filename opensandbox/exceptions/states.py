"""Errors about the state of a sandbox, a snapshot, a template or a vault."""

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
    """The sandbox has ended: the server still lists it, as `Terminated` or `Failed`.

    `info` is the record, with the reason in `info.status`. A sandbox that the server no longer lists raises
    `SandboxNotFoundException` (404) or `SandboxGoneException` (410).
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
    """A paused sandbox did not wake within the limits of the `retry_policy`. It continues to wake; the request was not
    forwarded.

    `attempts` is the number of requests, `waited` the time since the first one. A retry is safe for every call. `wake_overall_deadline` and `wake_max_attempts` of `RetryPolicy` are the limits.
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
    """A snapshot failed; `snapshot` is its record. Delete it, and create another one."""

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
    """The build of a template failed; `template` is its record, with the reason in `template.status.message`."""

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
    """Another program has changed the vault since the expected revision; nothing was written.

    `expected_revision` is the revision in the call, `state` the present state of the vault, `current_revision` its
    revision. `credential_vault.update` retries such changes by itself.
    """

    expected_revision: int | None = None
    state: CredentialVaultState | None = None

    @property
    def current_revision(self) -> int | None:
        """The vault's present revision."""
        return None if self.state is None else self.state.revision

    @classmethod
    def of(
        cls, conflict: SandboxConflictException, expected_revision: int, state: CredentialVaultState
    ) -> CredentialVaultRevisionException:
        """Return this exception for a conflict that the server reported, with the state read afterwards."""
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
