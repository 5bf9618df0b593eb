"""What the twin generator converts, and what it refuses."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import unasync

TREES = {"pkg/_async": "pkg/_sync"}
OURS = {"Sandbox"}
THEIRS = {
    "AsyncIterator": "Iterator",
    "AsyncLock": "Lock",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "_async": "_sync",
    "aclose": "close",
    "asyncio_detailed": "sync_detailed",
    "pkg.services": "pkg.sync.services",
}


def converted(source: str) -> str:
    text = textwrap.dedent(source).lstrip("\n")
    return unasync.convert(text, unasync.Tables(OURS, THEIRS))


@pytest.mark.parametrize(
    ("source", "twin"),
    [
        ("async def f(): return await g()\n", "def f(): return g()\n"),
        ("async def f():\n    async with a, b:\n        pass\n", "def f():\n    with a, b:\n        pass\n"),
        ("async def f(): return [x async for x in y if await x]\n", "def f(): return [x for x in y if x]\n"),
        ("class Sandbox: pass\n", "class SandboxSync: pass\n"),
        ("class SandboxInfo: pass\n", "class SandboxInfo: pass\n"),
        ("from pkg._async.http import Http\n", "from pkg._sync.http import Http\n"),
        ("from pkg.services import Sandbox, x\n", "from pkg.sync.services import SandboxSync, x\n"),
        ("async def f(): await ping.asyncio_detailed()\n", "def f(): ping.sync_detailed()\n"),
        ("x: Awaitable[int]\n", "x: int\n"),
        ("x: Callable[[], Awaitable[\n    dict[str, Awaitable[int]],\n]]\n", "x: Callable[[], dict[str, int]]\n"),
        ("x: Coroutine[Any, Any, tuple[int, str]]\n", "x: tuple[int, str]\n"),
        ("x: Callable[[str], Awaitable[None] | None]\n", "x: Callable[[str], None]\n"),
        ("é = 'ü'; x: Awaitable[int]\n", "é = 'ü'; x: int\n"),
        ("async def f(): x = f'{Sandbox} {await g():>{aclose}} {{Sandbox}} Sandbox'\n",
         "def f(): x = f'{SandboxSync} {g():>{close}} {{Sandbox}} Sandbox'\n"),
        ("__all__ = ['Sandbox', 'Sandbox!', 'aclose']\n", "__all__ = ['SandboxSync', 'Sandbox!', 'close']\n"),
        ("patch('pkg._async.http.get')\n", "patch('pkg._sync.http.get')\n"),
        ("x = 1  # a Sandbox; `await Sandbox.kill()`\n", "x = 1  # a Sandbox; `SandboxSync.kill()`\n"),
        ("'''See ``Sandbox.kill()``: a Sandbox.'''\n", "'''See ``SandboxSync.kill()``: a Sandbox.'''\n"),
        ("raise E('call `Sandbox.aclose()`')\n", "raise E('call `SandboxSync.close()`')\n"),
        ("@pytest.mark.anyio\nasync def test(): pass\n", "def test(): pass\n"),
        ("pytestmark = pytest.mark.anyio\nx = 1\n", "x = 1\n"),
    ],
)  # fmt: skip
def test_source_is_converted(source: str, twin: str) -> None:
    assert converted(source) == twin


def test_examples_in_docstrings_are_converted_and_prose_is_not() -> None:
    source = '''
        """Make a Sandbox.

            async with await Sandbox.create("x") as sandbox:
                await sandbox.aclose()

        Every Sandbox ends:

        ```python
        await sandbox.aclose()
        ```
        """
    '''
    twin = '''
        """Make a Sandbox.

            with SandboxSync.create("x") as sandbox:
                sandbox.close()

        Every Sandbox ends:

        ```python
        sandbox.close()
        ```
        """
    '''
    assert converted(source) == textwrap.dedent(twin).lstrip("\n")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("\nlock = AsyncCondition()\n", '2: `AsyncCondition` has no twin; add the line `"AsyncCondition": "Condition",`'),
        ("async_wait()\n", 'add the line `"async_wait": "wait",` to THEIRS'),
        ("f'{AsyncThing}'\n", "`AsyncThing` has no twin"),
        ("'`await x.async_wait()`'\n", "`async_wait` has no twin"),
        ("InMemoryAsyncStore()\n", '"InMemoryAsyncStore": "InMemoryStore"'),
        ("response.aread()\n", '"aread": "read"'),
        ("async def f(): return await anext(x)\n", '"anext": "next"'),
        ("class X:\n    async def __anext__(self): pass\n", '2: `__anext__` has no twin'),
        ("x = SandboxSync\n", "`SandboxSync` is a blocking name in an async source; write `Sandbox`"),
        ("'''Write async with x.'''\n", "async code in prose: `async with`; put it between backticks"),
        ("# then await x.go()\n", "async code in prose"),
        ("isinstance(x, Awaitable)\n", "1: `Awaitable` needs its arguments"),
        ("\n\ndef f(:\n", "3: invalid syntax"),
        ("pytestmark = [pytest.mark.anyio, slow]\n", "1: `anyio` survives"),
    ],
)  # fmt: skip
def test_source_without_a_faithful_twin_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(unasync.Refused) as refused:
        unasync.convert(source, unasync.Tables(OURS, THEIRS))
    assert complaint in str(refused.value)


def test_every_missing_line_is_named_once() -> None:
    with pytest.raises(unasync.Refused) as refused:
        unasync.convert("AsyncX, AsyncY\nAsyncX\n", unasync.Tables(OURS, THEIRS))
    assert [reason.split(";")[0] for reason in refused.value.args] == [
        "1: `AsyncX` has no twin",
        "1: `AsyncY` has no twin",
    ]


def test_name_in_both_tables_is_refused() -> None:
    with pytest.raises(unasync.Refused, match="in OURS and in THEIRS: Sandbox"):
        unasync.Tables({"Sandbox"}, {"Sandbox": "Box"})


class Project:
    """A tree with sources, and the tables that fit it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "pkg/_async/box.py"
        self.target = root / "pkg/_sync/box.py"
        self.source.parent.mkdir(parents=True)
        self.source.write_text(
            "from collections.abc import Awaitable\n\nimport os\n\n\nclass Sandbox:\n    async def go(self) -> Awaitable[int]:\n        return os.getpid()\n"
        )

    def run(self, *, check: bool, theirs: dict[str, str] | None = None) -> int:
        return unasync.run(self.root, TREES, unasync.Tables({"Sandbox"}, theirs or {}), check=check)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_written_twin_has_header_and_no_unused_import_and_passes_the_check(project: Project) -> None:
    assert project.run(check=False) == 0
    assert project.target.read_text() == (
        "# Generated from pkg/_async/box.py by scripts/unasync.py. Do not edit.\n"
        "\nimport os\n\n\nclass SandboxSync:\n    def go(self) -> int:\n        return os.getpid()\n"
    )
    assert project.run(check=True) == 0


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text + "# by hand\n",
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("getpid", "getppid"),
        lambda text: text.replace("pkg/_async/box.py", "pkg/_async/old.py"),
    ],
    ids=["line added", "last newline lost", "line ends", "body", "header"],
)
def test_check_reports_an_edited_twin_and_leaves_it(
    project: Project, capsys: pytest.CaptureFixture[str], edit: Callable[[str], str]
) -> None:
    project.run(check=False)
    edited = edit(project.target.read_text()).encode()
    project.target.write_bytes(edited)

    assert project.run(check=True) == 1
    assert "pkg/_sync/box.py: out of date" in capsys.readouterr().err
    assert project.target.read_bytes() == edited


def test_check_reports_a_missing_twin_and_writes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.run(check=True) == 1
    assert "pkg/_sync/box.py: missing; run `make gen`" in capsys.readouterr().err
    assert not project.target.parent.exists()


def test_orphan_is_reported_by_the_check_and_removed_by_the_next_write(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.run(check=False)
    orphan = project.target.with_name("gone.py")
    orphan.write_text(unasync.HEADER.format(source="pkg/_async/gone.py"))

    assert project.run(check=True) == 1
    assert "pkg/_sync/gone.py: orphan" in capsys.readouterr().err
    assert project.run(check=False) == 0
    assert not orphan.exists()


def test_file_written_by_hand_in_a_generated_tree_is_reported_and_kept(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.target.parent.mkdir()
    stray = project.target.with_name("notes.txt")
    stray.write_text("mine")

    assert project.run(check=False) == 1
    assert "pkg/_sync/notes.txt: no source and no header" in capsys.readouterr().err
    assert stray.read_text() == "mine"


@pytest.mark.parametrize("check", [True, False])
def test_rule_that_no_source_needs_is_an_error(
    project: Project, capsys: pytest.CaptureFixture[str], check: bool
) -> None:
    project.run(check=False)
    assert project.run(check=check, theirs={"aclose": "close"}) == 1
    assert '"aclose" in THEIRS is used by no source; remove the line' in capsys.readouterr().err


def test_refused_source_is_named_with_its_line_and_does_not_stop_the_others(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.source.with_name("bad.py").write_text("\nAsyncX = 1\n")

    assert project.run(check=False) == 1
    assert "pkg/_async/bad.py:2: `AsyncX` has no twin" in capsys.readouterr().err
    assert project.target.exists()
    assert not project.target.with_name("bad.py").exists()


def test_refused_source_keeps_its_last_twin(project: Project) -> None:
    project.run(check=False)
    project.source.write_text("AsyncX = 1\n")

    assert project.run(check=False) == 1
    assert "SandboxSync" in project.target.read_text()


def test_source_that_is_no_python_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.source.with_name("data.json").write_text("{}")

    assert project.run(check=False) == 1
    assert "pkg/_async/data.json: only .py files have a twin" in capsys.readouterr().err
