"""Draw the pictures of the documentation with Graphviz: `make pictures`, after a change in docs/pictures/*.dot."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs/pictures"


def mark_of(source: Path) -> str:
    """Return the comment by which a picture says what it was drawn from."""
    return f"<!-- drawn from {source.name}, {hashlib.sha256(source.read_bytes()).hexdigest()[:16]} -->\n"


def main() -> None:
    """Draw all of them."""
    for source in sorted(FOLDER.glob("*.dot")):
        drawn = subprocess.run(["dot", "-Tsvg", source], check=True, capture_output=True, text=True).stdout
        source.with_suffix(".svg").write_text(drawn + mark_of(source), encoding="utf-8")


if __name__ == "__main__":
    main()
