"""Fail when names, parameters or defaults that programs use have changed since the last release, unless somebody reviewed it.

    python -m scripts.api_diff [OLD]

OLD is a git reference; without it the last release is compared with, as `scripts/released` holds it (`scripts/baseline.py`). griffe
reads both sources and compares; besides the public modules it is shown what `sandbox.files` and the like hand out, since programs use the methods of those classes without importing
them. A change that is meant has a line in tests/surface/reviewed_changes.txt.

How our names compare with those of the published package is another question, which tests/surface answers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import griffe

from scripts.baseline import NAMES, RELEASED, released_version

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "opensandbox"
REVIEWED = "tests/surface/reviewed_changes.txt"
TWINS = ("_async", "_sync")
HANDED_OUT = frozenset(
    (
        "BackgroundCommand",
        "CodeContexts",
        "CodeService",
        "CommandSession",
        "CommandsService",
        "CreateOptions",
        "DiagnosticsService",
        "EgressService",
        "ExecutionStream",
        "FileWatch",
        "FilesService",
        "HealthService",
        "IsolatedService",
        "IsolatedSession",
        "KeepAlive",
        "MetricsService",
        "MetricsStream",
        "PipedCommand",
        "PtyService",
        "Terminal",
        "VaultCalls",
    )
)
"""Classes of both twins that are given to programs by properties and methods. They are found by name, so they may move."""


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Compare and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", nargs="?", help="a git reference (default: the last release)")
    old = parser.parse_args(arguments).old
    reviewed = {
        line.strip()
        for line in (root / REVIEWED).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    }
    found = sorted(set(breakages(before(old, root), root)))
    for line in found:
        print("reviewed" if line in reviewed else "BREAKING", line)
    unreviewed = set(found) - reviewed
    print(
        f"{len(found)} changes since {old or released_version(root)} break programs; {len(unreviewed)} were not reviewed"
    )
    if unreviewed:
        print(f"take them back, or put their lines into {REVIEWED} with the reason")
    return 1 if unreviewed else 0


def before(old: str | None, root: Path) -> griffe.Object | griffe.Alias:
    """Return the package at a git reference, or as it was released."""
    if old is not None:
        return griffe.load_git(PACKAGE, ref=old, repo=root, resolve_aliases=True, resolve_implicit=True)
    with tempfile.TemporaryDirectory() as directory:
        zipfile.ZipFile(root / RELEASED / NAMES).extractall(directory)
        return griffe.load(
            PACKAGE,
            search_paths=[directory],
            try_relative_path=False,
            resolve_aliases=True,
            resolve_implicit=True,
        )


def breakages(before: griffe.Object | griffe.Alias, root: Path) -> Iterator[str]:
    """Yield what was there before and is not now, or not as it was."""
    now = griffe.load(
        PACKAGE,
        search_paths=[str(root)],
        try_relative_path=False,  # not whatever is in the current directory
        resolve_aliases=True,
        resolve_implicit=True,
    )
    yield from _described(before, now)
    for twin in TWINS:
        there = _handed_out(now, twin)
        for name, kind in _handed_out(before, twin).items():
            if name in there:
                yield from _described(kind, there[name])
            else:
                yield f"{PACKAGE}.{twin}: the class {name} is gone"


def _handed_out(package: griffe.Object | griffe.Alias, twin: str) -> dict[str, griffe.Class]:
    """Return the classes of one twin that programs are given, by the name of the async one, whatever their modules are."""
    found = {}
    modules = [package[twin]]
    while modules:
        module = modules.pop()
        modules += [inner for inner in module.modules.values() if not inner.is_alias]
        for kind in module.classes.values():
            name = kind.name.removesuffix("Sync")
            if not kind.is_alias and name in HANDED_OUT:
                found[name] = kind
    return found


def _described(before: griffe.Object | griffe.Alias, now: griffe.Object | griffe.Alias) -> Iterator[str]:
    for breakage in griffe.find_breaking_changes(before, now):
        line = f"{breakage.obj.path}: {breakage.kind.value}"
        if breakage.kind is not griffe.BreakageKind.OBJECT_REMOVED:
            line += f": {breakage.old_value} -> {breakage.new_value}"
        yield line


if __name__ == "__main__":
    sys.exit(main())
