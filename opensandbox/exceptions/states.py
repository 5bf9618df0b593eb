"""Errors about what became of a sandbox, a snapshot or a template while somebody waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.exceptions.root import SandboxError, SandboxException

if TYPE_CHECKING:
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
