"""Modules that are kept for programs of 1.1.1 say so in the same words, and the page about compatibility lists them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = "Kept for programs written for 1.1.1: "


def test_page_and_modules_name_each_other() -> None:
    page = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    table = page[page.index("Modules that are kept") : page.index("The companions import")]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}
    marked = set()
    for path in (ROOT / "opensandbox").rglob("*.py"):
        if (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").startswith(WORDS):
            marked.add(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    inside = {module for module in marked if any(module.startswith(f"{name}.") for name in listed)}
    assert marked - inside == listed
