"""What an HTTP response said beside its content."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - so that `get_type_hints` finds it
from typing import NamedTuple


class ResponseInfo(NamedTuple):
    """The head of a response. `url` is without its query, which may be signed; names in `headers` are in any case.

    Example::

        await sandbox.files.read_file("/etc/hostname")
        print(sandbox.last_response.status_code, sandbox.last_response.request_id)
    """

    method: str
    url: str
    status_code: int
    headers: Mapping[str, str]

    @property
    def request_id(self) -> str | None:
        """The id under which the server's logs have the request."""
        return self.headers.get("X-Request-ID")
