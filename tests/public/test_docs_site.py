"""The documentation as a site: every public class has its place in the reference, and the pictures are of their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import opensandbox
from scripts.docs_site import REFERENCE
from scripts.pictures import FOLDER, mark_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("source", sorted(FOLDER.glob("*.dot")), ids=lambda path: path.name)
def test_picture_is_drawn_from_its_source(source: Path) -> None:
    assert source.with_suffix(".svg").read_text(encoding="utf-8").endswith(mark_of(source)), (
        "run `make pictures`"
    )


@pytest.mark.parametrize("picture", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.name)
def test_picture_is_shown_somewhere(picture: Path) -> None:
    assert picture.with_suffix(".dot").exists()
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert any(f"pictures/{picture.name})" in page.read_text(encoding="utf-8") for page in pages)


def test_services_of_a_sandbox_are_in_the_reference() -> None:
    services = {
        f"sandbox.{name}"
        for name, member in vars(opensandbox.Sandbox).items()
        if not name.startswith("_") and isinstance(member, property) and member.fget is not None
        if re.search(r"Service$|^CredentialVault$", str(member.fget.__annotations__.get("return", "")))
    }
    assert len(services) > 5
    assert services <= REFERENCE.keys()


def test_reference_names_what_exists() -> None:
    for entries in REFERENCE.values():
        for _, name in entries:
            module, _, member = name.rpartition(".")
            path = ROOT / module.replace(".", "/")
            assert path.is_dir() or f"class {member}" in path.with_suffix(".py").read_text(
                encoding="utf-8"
            ), name
