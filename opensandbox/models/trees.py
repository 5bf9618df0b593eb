"""What became of a tree that was moved."""

from __future__ import annotations

from pydantic import Field

from opensandbox.models.base import Answer


class SkippedEntry(Answer):
    """Something in a tree that cannot travel: `kind` is `pipe`, `socket` or `device`; `path` is relative to the tree."""

    path: str
    kind: str


class TreeReport(Answer):
    """What `upload_dir` and `download_dir` did: everything travelled but what is in `skipped`.

    report = await sandbox.files.download_dir("/workspace", "here")
    for entry in report.skipped:
        print(entry.path, "is a", entry.kind)
    """

    skipped: list[SkippedEntry] = Field(default_factory=list)
