"""Watching files: the program that does it in a sandbox, what it prints, and the comparison of listings where it cannot."""

from __future__ import annotations

import json
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, Final

from opensandbox._core.files.requests import is_directory
from opensandbox.models.changes import FileChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from opensandbox.models.filesystem import EntryInfo

Listing = dict[str, tuple[bool, str | None, int, "datetime | None", int]]
"""What a listing says of each path: whether it is a directory, type, size, time of the last change, mode."""

END: Final = "\x1e"
"""Ends each message of the program: daemons differ in what they do to line ends."""


def command(path: str, *, recursive: bool) -> list[str]:
    """Return the command that watches, for a shell that finds Python."""
    program = (get_data("opensandbox._core.files", "watcher.py") or b"").decode()
    # Quietly nothing where there is no Python: the caller compares listings then.
    script = 'command -v python3 >/dev/null || exit 0; exec python3 -I -c "$1" "$2" "$3"'
    return ["/bin/sh", "-c", script, "sh", program, path, str(int(recursive))]


class Messages:
    """Puts the messages of the program together, however its output is cut."""

    def __init__(self) -> None:
        self._begun = ""

    def add(self, text: str) -> Iterator[Any]:
        """Yield the messages that are complete."""
        *whole, self._begun = (self._begun + text).split(END)
        for message in whole:
            yield json.loads(message)


def change_of(message: list[Any]) -> FileChange:
    """Return the change that a message tells."""
    kind, path, is_directory = message
    return FileChange(kind, path, bool(is_directory))


def listing_of(entries: Iterable[EntryInfo]) -> Listing:
    """Return what is compared of entries. Size and time of a directory change with every entry in it, which says nothing more."""
    listing: Listing = {}
    for entry in entries:
        directory = is_directory(entry)
        size, moment = (0, None) if directory else (entry.size, entry.modified_at)
        listing[entry.path] = (directory, entry.entry_type, size, moment, entry.mode)
    return listing


def compared(before: Listing, after: Listing) -> list[FileChange]:
    """Return what happened between two listings."""
    gone = [path for path, then in before.items() if path not in after or after[path][:2] != then[:2]]
    changes = [FileChange("deleted", path, before[path][0]) for path in gone]
    for path, now in after.items():
        if path not in before or before[path][:2] != now[:2]:
            changes.append(FileChange("created", path, now[0]))
        elif before[path] != now:
            changes.append(FileChange("changed", path, now[0]))
    return changes
