"""scripts/docs.py finds every Python block of a document, and reports what does not fit the types where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import docs

DOCUMENT = """# Commands

```python
execution = await sandbox.commands.run("ls")
```

```python
from opensandbox import SandboxSync

with SandboxSync.create("ubuntu") as box:
    print(box.id)
```

```python
print(execution.text, {name})
```
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs" / "my-page.md"


def test_programs_stand_alone_and_fragments_follow_each_other(page: Path) -> None:
    page.write_text(DOCUMENT.replace("{name}", "execution.id"))

    found = dict(docs.sources(page))

    assert found.keys() == {"docs_my_page_7.py", "docs_my_page.py"}
    program, fragments = (found[name].splitlines() for name in ("docs_my_page_7.py", "docs_my_page.py"))
    lines = page.read_text().splitlines()
    assert (program[7], fragments[3].strip(), fragments[14].strip()) == (lines[7], lines[3], lines[14])
    assert "async def document(sandbox: Sandbox)" in fragments[1]


@pytest.mark.parametrize("checker", docs.CHECKERS)
def test_what_does_not_fit_is_told_with_its_line(
    page: Path, checker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.write_text(DOCUMENT.replace("{name}", "execution.exit_status"))
    sources = dict(docs.sources(page))
    monkeypatch.undo()  # the checkers run in the repository, with its settings
    monkeypatch.setattr(docs, "sources", lambda document: sources.items())

    done = docs.check([page], checker, docs.PLACE / f"tests-{checker}")

    assert done.returncode == 1, done.stdout
    assert "docs_my_page.py:15" in done.stdout
    assert "exit_status" in done.stdout
