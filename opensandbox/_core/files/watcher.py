"""The program that watches a directory inside a sandbox. It is sent there as text, and needs nothing but Python and Linux.

It prints JSON, each message followed by an end mark: `"inotify"` once it watches, then lists of kind, path and whether that is
a directory. It ends when the directory is gone; without inotify it prints nothing.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
import sys

MODIFY, ATTRIB = 0x2, 0x4
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
OVERFLOW, IGNORED, ONLY_DIRECTORIES, IS_DIRECTORY = 0x4000, 0x8000, 0x1000000, 0x40000000
INTEREST = MODIFY | ATTRIB | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF
HEAD = struct.Struct("iIII")
KINDS = {CREATE: "created", MOVED_TO: "created", DELETE: "deleted", MOVED_FROM: "deleted"}


class Watcher:
    """Watches a directory and, if wanted, all directories below it."""

    def __init__(self, root: str, *, recursive: bool) -> None:
        self._c = ctypes.CDLL(None, use_errno=True)
        self._fd = self._c.inotify_init1(os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "no inotify")
        self._root = root
        self._recursive = recursive
        self._paths: dict[int, str] = {}
        self.over = False

    def watch(self, path: str) -> list[list[object]]:
        """Watch a directory; return what was there before, below it as well if that is watched."""
        number = self._c.inotify_add_watch(self._fd, os.fsencode(path), INTEREST | ONLY_DIRECTORIES)
        if number < 0:
            code = ctypes.get_errno()
            if path != self._root and code in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                return []
            raise OSError(code, os.strerror(code), path)
        self._paths[number] = path
        found: list[list[object]] = []
        for entry in os.scandir(path):
            below = entry.is_dir(follow_symlinks=False)
            found.append(["created", entry.path, below])
            if below and self._recursive:
                found += self.watch(entry.path)
        return found

    def read(self) -> list[list[object]]:
        """Wait for the next changes and return them, each once."""
        data = os.read(self._fd, 1 << 16)
        changes: list[list[object]] = []
        at = 0
        while at < len(data):
            number, mask, _, length = HEAD.unpack_from(data, at)
            at += HEAD.size
            name = os.fsdecode(data[at : at + length].rstrip(b"\0"))
            at += length
            self._note(number, mask, name, changes)
        fresh: list[list[object]] = []
        for change in changes:
            known = [item for item in fresh if item[1] == change[1]]
            # A file that was just created is told once, whatever is written to it in the same moment.
            if not known or (
                known[-1][0] != change[0] and (known[-1][0], change[0]) != ("created", "changed")
            ):
                fresh.append(change)
        return fresh

    def _note(self, number: int, mask: int, name: str, changes: list[list[object]]) -> None:
        if mask & OVERFLOW:
            raise OSError(errno.EOVERFLOW, "changes came faster than they could be read")
        if mask & IGNORED:
            self._paths.pop(number, None)
            return
        base = self._paths.get(number)
        if base is None:
            return
        if mask & (DELETE_SELF | MOVE_SELF):
            if base == self._root:
                self.over = True
                changes.append(["deleted", base, True])
            elif mask & MOVE_SELF:
                self._c.inotify_rm_watch(self._fd, number)
            return
        is_directory = bool(mask & IS_DIRECTORY)
        if not name or (is_directory and mask & MODIFY):
            return
        path = os.path.join(base, name)
        kind = next((word for bit, word in KINDS.items() if mask & bit), "changed")
        changes.append([kind, path, is_directory])
        if kind == "created" and is_directory and self._recursive:
            # What came into it before it was watched.
            changes += self.watch(path)


def say(message: object) -> None:
    """Print a message at once."""
    sys.stdout.write(json.dumps(message) + "\x1e\n")
    sys.stdout.flush()


def main(root: str, recursive: bool) -> None:
    """Watch until the directory is gone."""
    try:
        watcher = Watcher(root, recursive=recursive)
        watcher.watch(root)
    except (OSError, AttributeError) as failure:
        sys.stderr.write(str(failure))
        return
    say("inotify")
    while not watcher.over:
        for change in watcher.read():
            say(change)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] == "1")
