"""Files in memory, behind the daemon's file routes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

ROOT = "/"


class Refusal(Exception):
    """The daemon's answer to a request that it cannot fulfil."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def missing(path: str) -> Refusal:
    """Return the refusal for a path where there is nothing."""
    return Refusal(404, "FILE_NOT_FOUND", f"{path}: no such file or directory")


@dataclass
class Node:
    """A file, or a directory, which has no content."""

    content: bytes | None
    mode: int = 644
    owner: str = "root"
    group: str = "root"
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))


class MemoryFiles(MutableMapping[str, bytes]):
    """The files of a scripted sandbox: paths and their content. Text that is set is encoded as UTF-8; parents are made."""

    def __init__(self) -> None:
        self._nodes = {path: Node(None, 755) for path in (ROOT, "/tmp", "/workspace")}  # noqa: S108

    def __getitem__(self, path: str) -> bytes:
        node = self._nodes.get(normal(path))
        if node is None or node.content is None:
            raise KeyError(path)
        return node.content

    def __setitem__(self, path: str, content: str | bytes) -> None:
        self.write(path, content.encode() if isinstance(content, str) else bytes(content), 644)

    def __delitem__(self, path: str) -> None:
        del self._nodes[normal(path) if self[path] is not None else path]

    def __iter__(self) -> Iterator[str]:
        return iter([path for path, node in self._nodes.items() if node.content is not None])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return f"MemoryFiles({dict(self)!r})"

    def node(self, path: str) -> Node:
        """Return what is at a path."""
        node = self._nodes.get(normal(path))
        if node is None:
            raise missing(path)
        return node

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        content = self.node(path).content
        if content is None:
            raise Refusal(500, "RUNTIME_ERROR", f"{path} is a directory")
        return content

    def write(self, path: str, content: bytes, mode: int, owner: str = "", group: str = "") -> None:
        """Write a file and make its parents."""
        path = normal(path)
        self.make_directory(posixpath.dirname(path), 755)
        known = self._nodes.get(path)
        if known is not None and known.content is None:
            raise Refusal(500, "RUNTIME_ERROR", f"{path} is a directory")
        node = known or Node(content)
        node.content, node.modified = content, datetime.now(UTC)
        self._nodes[path] = node
        self.permit(path, mode, owner, group)

    def permit(self, path: str, mode: int, owner: str, group: str) -> None:
        """Change mode and owner; what is empty stays."""
        node = self.node(path)
        node.mode, node.owner, node.group = mode or node.mode, owner or node.owner, group or node.group

    def make_directory(self, path: str, mode: int) -> None:
        """Make a directory and its parents; one that is there stays as it is."""
        path = normal(path)
        node = self._nodes.get(path)
        if node is not None and node.content is not None:
            raise Refusal(500, "RUNTIME_ERROR", f"{path} is not a directory")
        if node is None:
            self.make_directory(posixpath.dirname(path), 755)
            self._nodes[path] = Node(None, mode or 755)

    def remove(self, path: str, *, tree: bool) -> None:
        """Remove a file, or a directory with all it holds; what is missing is no error."""
        path = normal(path)
        node = self._nodes.get(path)
        if node is not None and node.content is None and not tree:
            raise Refusal(500, "RUNTIME_ERROR", f"{path} is a directory")
        for inside in self._below(path):
            del self._nodes[inside]
        self._nodes.pop(path, None)

    def move(self, source: str, target: str) -> None:
        """Move a file, or a directory with all it holds, to a path where there is nothing."""
        source, target = normal(source), normal(target)
        self.node(source)
        if target in self._nodes:
            raise Refusal(500, "RUNTIME_ERROR", f"{target} exists")
        self.make_directory(posixpath.dirname(target), 755)
        for path in [source, *self._below(source)]:
            self._nodes[target + path[len(source) :]] = self._nodes.pop(path)

    def replace(self, path: str, old: str, new: str) -> int:
        """Replace a text in a file and return how often it was there."""
        content = self.read(path)
        node = self.node(path)
        node.content = content.replace(old.encode(), new.encode())
        return content.count(old.encode())

    def listing(self, path: str, depth: int) -> list[dict[str, Any]]:
        """Return the records of what is below a directory, by name, children after their parent."""
        path = normal(path)
        if self.node(path).content is not None:
            raise Refusal(400, "INVALID_REQUEST_BODY", f"{path} is not a directory")
        top = path.rstrip("/").count("/")
        below = sorted(self._below(path), key=lambda item: item.split("/"))
        return [self.record(item) for item in below if item.count("/") - top <= depth]

    def search(self, path: str, pattern: str) -> list[dict[str, Any]]:
        """Return the records of the files below a directory whose name matches."""
        name = pattern.removeprefix("**/") or "*"
        return [
            record
            for record in self.listing(path, 1 << 30)
            if record["type"] == "file" and fnmatchcase(posixpath.basename(record["path"]), name)
        ]

    def record(self, path: str) -> dict[str, Any]:
        """Return what the daemon tells of a path."""
        node = self.node(path)
        moment = node.modified.isoformat()
        return {
            "path": normal(path),
            "type": "directory" if node.content is None else "file",
            "size": len(node.content or b""),
            "modified_at": moment,
            "created_at": moment,
            "owner": node.owner,
            "group": node.group,
            "mode": node.mode,
        }

    def _below(self, path: str) -> list[str]:
        start = path.rstrip("/") + "/"
        return [item for item in self._nodes if item.startswith(start) and item != path]


def normal(path: str) -> str:
    """Return an absolute path; relative ones are below the working directory."""
    return posixpath.normpath(posixpath.join("/workspace", path)).replace("//", "/")
