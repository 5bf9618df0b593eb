"""What is kept of a release: names and contracts, without prose and without what functions do."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import baseline

SOURCE = '''"""A module."""
import os

class Thing:
    """A thing."""
    size: int = 1

    def __init__(self, name: str) -> None:
        """Keep the name."""
        self.name = name

    async def go(self, fast: bool = False) -> None:
        """Go."""
        await os.nothing()

class Empty:
    """Nothing."""
'''
SIGNATURES = """import os

class Thing:
    size: int = 1

    def __init__(self, name: str) -> None:
        self.name = name

    async def go(self, fast: bool=False) -> None:
        ...

class Empty:
    pass
"""


def test_sources_keep_names_parameters_defaults_and_attributes() -> None:
    assert baseline.signatures(SOURCE) == SIGNATURES


def test_specs_keep_members_that_are_called_like_prose() -> None:
    spec = {
        "description": "said to people",
        "schemas": {
            "title": {"type": "object", "description": "also", "properties": {"summary": {"type": "string"}}}
        },
    }
    kept = {"schemas": {"title": {"type": "object", "properties": {"summary": {"type": "string"}}}}}
    assert baseline.without_prose(spec) == kept


def test_the_same_sources_are_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "opensandbox" / "local").mkdir(parents=True)
    (tmp_path / "openapi").mkdir()
    (tmp_path / "opensandbox" / "_version.py").write_text('__version__ = "9.8.7"')
    (tmp_path / "opensandbox" / "local" / "secret.py").write_text("inside = 1")
    written = []
    for name in ("one", "two"):
        assert baseline.write(tmp_path, tmp_path / name) == "9.8.7"
        written.append((tmp_path / name / baseline.RELEASED / baseline.NAMES).read_bytes())
        assert baseline.released_version(tmp_path / name) == "9.8.7"
    assert written[0] == written[1]
    assert b"secret.py" not in written[0]


def test_a_reference_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="'no-such-tag' is no commit with package and specs"):
        baseline.checked_out("no-such-tag", baseline.ROOT, tmp_path)
