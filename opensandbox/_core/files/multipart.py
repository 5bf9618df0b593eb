"""The form of an upload: pairs of a `metadata` part and a `file` part. The framing is made here, content is put in between."""

from __future__ import annotations

import json
import re
from posixpath import basename
from typing import Final

from opensandbox._core.text import checked

AFTER_CONTENT: Final = b"\r\n"

_METADATA: Final = 'Content-Disposition: form-data; name="metadata"; filename="metadata"\r\nContent-Type: application/json\r\n\r\n'
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Form:
    """A form whose parts are told apart by `boundary`, a word that no content holds.

    For each file: `opening`, its content, `AFTER_CONTENT`; in the end `closing`. Forms of known length name each file by
    its whole path, others by its last part. Servers go by the path in the metadata alone.
    """

    __slots__ = ("_boundary", "_whole_paths")

    def __init__(self, boundary: str, *, whole_paths: bool = False) -> None:
        self._boundary = boundary
        self._whole_paths = whole_paths

    @property
    def content_type(self) -> str:
        """Return the media type of the request."""
        return f"multipart/form-data; boundary={self._boundary}"

    @property
    def closing(self) -> bytes:
        """Return what follows the last file."""
        return f"--{self._boundary}--\r\n".encode()

    def opening(self, path: str, owner: str | None, group: str | None, mode: int, media_type: str) -> bytes:
        """Return what precedes the content of a file: its metadata, and the head of its part."""
        given = {"path": path, "owner": owner, "group": group, "mode": mode}
        for name, value in (("owner", owner), ("group", group)):
            checked(name, value or "")
        metadata = json.dumps({name: value for name, value in given.items() if value is not None})
        name = percent_quoted(path) if self._whole_paths else backslash_quoted(basename(path) or "file")
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
        start = f"--{self._boundary}\r\n"
        return f"{start}{_METADATA}{metadata}\r\n{start}{head}".encode()


def percent_quoted(name: str) -> str:
    """Return a file name for a header the way browsers write it."""
    return _without_control(name.replace("\\", "\\\\").replace('"', "%22"))


def backslash_quoted(name: str) -> str:
    """Return a file name for a header the way mail programs write it."""
    return _without_control(name.replace("\\", "\\\\").replace('"', '\\"'))


def _without_control(name: str) -> str:
    return _CONTROL.sub(lambda found: f"%{ord(found[0]):02X}", name)
