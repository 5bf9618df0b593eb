"""Check the types of every Python block in the README and the docs, with one of the two type checkers.

    python -m scripts.docs mypy         mypy --strict
    python -m scripts.docs pyright      basedpyright, with the settings that pyright has by default

A block that makes its own sandbox or event loop (or is a test) is a program, and is checked as it stands. Every other block is a fragment about
a `sandbox` that is there; those of one document follow each other, in one function. Lines have the numbers that they have in the document.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")})
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"Sandbox(Sync)?\.create\(|asyncio\.run\(|^def test_", re.MULTILINE)
PLACE = ROOT / "build" / "docs"
CHECKERS = {"mypy": ["mypy", "--strict"], "pyright": ["basedpyright"]}


def blocks(document: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each Python block."""
    text = document.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1]


def programs(document: Path) -> list[tuple[int, str]]:
    """Return the blocks that run as they stand."""
    return [(line, block) for line, block in blocks(document) if PROGRAM.search(block)]


def fragments(document: Path) -> list[tuple[int, str]]:
    """Return the other blocks."""
    return [(line, block) for line, block in blocks(document) if not PROGRAM.search(block)]


def sources(document: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of what a type checker is to see of a document."""
    name = re.sub(r"\W", "_", document.relative_to(ROOT).with_suffix("").as_posix())
    for line, block in programs(document):
        yield f"{name}_{line}.py", "\n" * line + block
    if found := fragments(document):
        lines = ["from opensandbox import Sandbox", "async def document(sandbox: Sandbox) -> None:"]
        for line, block in found:
            lines += [""] * (line - len(lines)) + [
                f"    {text}" if text else "" for text in block.splitlines()
            ]
        yield f"{name}.py", "\n".join(lines) + "\n"


def check(documents: list[Path], checker: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Write the sources of all documents to `place`, and run a type checker over them, once."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    written = {place / name: text for document in documents for name, text in sources(document)}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker], *written],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": "generated"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> int:
    """Check all documents and return the exit status."""
    parser = argparse.ArgumentParser(
        description="Check the types of every Python block in the README and the docs."
    )
    parser.add_argument("checker", choices=CHECKERS)
    checker = parser.parse_args().checker
    done = check(DOCUMENTS, checker, PLACE / checker)
    print(done.stdout, end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
