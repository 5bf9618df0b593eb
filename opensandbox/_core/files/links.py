"""Links to files: addresses that anybody may use for a while."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from opensandbox._core.deadlines import seconds
from opensandbox.exceptions import SandboxApiException, SandboxNotSupportedException
from opensandbox.models.changes import UploadLink

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox.models.filesystem import WriteEntry


def expiry(valid_for: timedelta | float, now: float) -> int:
    """Return the Unix time at which a link ends."""
    return int(now + seconds("valid_for", valid_for, positive=True)) + 1


def download_url(base: str, path: str) -> str:
    """Return the address of a file's content."""
    return f"{base}/files/download?path={quote(path, safe='')}"


def upload_link(base: str, entry: WriteEntry) -> UploadLink:
    """Return where a form with a file is sent, and the part that says where its content is put."""
    return UploadLink(f"{base}/files/upload", json.dumps({"path": entry.path, "mode": entry.mode}))


def unsigned(failure: Exception) -> SandboxNotSupportedException:
    """Return why there is no link, given why there is no signed address."""
    instead = "read and write through sandbox.files, or serve the file from a port and use sandbox.url(port)"
    if isinstance(failure, SandboxApiException):
        return SandboxNotSupportedException(
            f"this server signs no addresses, so there are no links to files: {instead}",
            failure,
            status_code=failure.status_code,
            error=failure.error,
            request_id=failure.request_id,
        )
    return SandboxNotSupportedException(
        f"the signed address of this sandbox's daemon needs headers as well, so there are no links to files: {instead}",
        failure,
    )
