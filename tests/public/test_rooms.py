"""ARCHITECTURE.md is true to the tree: its rooms, the files outside of rooms, and every path and name that it quotes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "opensandbox"
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

PRIVATE_AT_THE_TOP = {"_async", "_concurrency", "_core", "_sync", "_version"}


def names(folder: Path) -> set[str]:
    return {
        path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }


def rooms(folder: str) -> set[str]:
    return {path.name for path in (PACKAGE / folder).iterdir() if (path / "__init__.py").is_file()}


def files(folder: str) -> set[str]:
    return {path.name for path in (PACKAGE / folder).glob("*.py")} - {"__init__.py"}


def paragraph(begins: str) -> str:
    start = ARCHITECTURE.index(begins)
    return ARCHITECTURE[start : ARCHITECTURE.index("\n\n", start)]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def test_top_level_holds_public_names_and_few_private_rooms() -> None:
    private = {name for name in names(PACKAGE) if name.startswith("_") and name != "__init__"}
    assert private == PRIVATE_AT_THE_TOP


def test_rooms_of_core_and_async_are_the_ones_of_the_table() -> None:
    chapter = ARCHITECTURE.partition("## The rooms\n")[2].partition("\n## ")[0]
    table = set(re.findall(r"^\| `(\w+)` \|", chapter, re.MULTILINE))
    assert table == rooms("_core") | rooms("_async")
    assert rooms("_sync") == rooms("_async")


def test_files_outside_of_rooms_are_named() -> None:
    named = {path.rpartition("/")[2] for path in quoted(paragraph("Outside of a room:"))}
    assert named == files("_core") | files("_async")


def test_rooms_and_files_of_the_daemon_are_named() -> None:
    named = set(quoted(paragraph("The daemon inside a sandbox,"))) - {"local/execd/"}
    assert named == rooms("local/execd") | files("local/execd")


PATHS = sorted({word for word in quoted(ARCHITECTURE) if re.fullmatch(r"\.?[\w.]+/[\w./]*", word)})
NAMES = sorted({word for word in quoted(ARCHITECTURE) if re.fullmatch(r"\w+(\(\))?", word)})


@pytest.mark.parametrize("path", PATHS)
def test_path_exists(path: str) -> None:
    places = [ROOT / path, PACKAGE / path, PACKAGE / f"{path}.py"]
    assert any(place.exists() for place in places)


def test_names_stand_in_the_sources() -> None:
    sources = [
        path for folder in ("opensandbox", "scripts", "tests") for path in (ROOT / folder).rglob("*.py")
    ]
    words = {word for path in sources for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    known = (
        words | {path.stem for path in sources} | {path.name for path in PACKAGE.rglob("*") if path.is_dir()}
    )
    assert [name for name in NAMES if name.removesuffix("()") not in known] == []


def test_something_was_looked_at() -> None:
    assert len(PATHS) > 30
    assert len(NAMES) > 30
