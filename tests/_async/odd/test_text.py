"""Text that is no text, and names that are not UTF-8, in a real sandbox."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._async.files.service import FilesService
from opensandbox.exceptions import InvalidArgumentException, SandboxApiException, SandboxException
from tests._async.daemon_files import files_of
from tests.local.execd.daemon import Execd

pytestmark = pytest.mark.anyio

HALF = "\ud83d"
Call = Callable[[Sandbox], Awaitable[Any]]


async def run_in_session(box: Sandbox) -> None:
    async with box.commands.session() as shell:
        await shell.run("echo " + HALF)


async def type_into_a_terminal(box: Sandbox) -> None:
    async with await box.pty.open("cat") as terminal:
        await terminal.send("😀" + HALF)


async def list_by_label(box: Sandbox) -> None:
    async with await SandboxManager.create(box.connection_config) as manager:
        await manager.list_sandbox_infos({"metadata": {"a": HALF}})


CALLS: list[tuple[str, Call]] = [
    ("command", lambda box: box.commands.run("echo " + HALF)),
    ("command[1]", lambda box: box.commands.run(["echo", HALF])),
    ("envs.A", lambda box: box.commands.run("env", opts={"envs": {"A": HALF}})),
    ("working_directory", lambda box: box.commands.run("env", opts={"working_directory": "/" + HALF})),
    ("command", lambda box: box.commands.start("echo " + HALF)),
    ("execution_id", lambda box: box.commands.interrupt(HALF)),
    ("value", lambda box: box.commands.set_env("A", HALF)),
    ("command", run_in_session),
    ("code", lambda box: box.code.run("#" + HALF)),
    ("context.language", lambda box: box.code.run("1", language=HALF)),
    ("entries", lambda box: box.files.move_files([{"src": "/a", "dest": HALF}])),
    (
        "['/a'].new_content",
        lambda box: box.files.replace_contents([{"path": "/a", "old_content": "x", "new_content": HALF}]),
    ),
    ("pattern", lambda box: box.files.search({"path": "/tmp", "pattern": HALF})),
    ("path", lambda box: box.files.read_file("/tmp/" + HALF)),
    ("owner", lambda box: box.files.write_file("/tmp/a", "x", owner=HALF)),
    ("data", lambda box: box.files.write_file("/tmp/a", HALF)),
    ("['/a'].owner", lambda box: box.files.set_permissions([{"path": "/a", "owner": HALF}])),
    ("command", lambda box: box.pty.open("echo " + HALF)),
    ("data", type_into_a_terminal),
    ("name", lambda box: box.create_snapshot(HALF)),
    ("metadata.a", list_by_label),
    ("sandbox_id", lambda box: Sandbox.connect(HALF, connection_config=box.connection_config)),
    ("env.A", lambda box: Sandbox.create("u", env={"A": HALF}, connection_config=box.connection_config)),
    ("image.uri", lambda box: Sandbox.create("u" + HALF, connection_config=box.connection_config)),
]


async def test_half_an_emoji_is_refused_by_the_name_of_its_argument(box: Sandbox) -> None:
    for name, call in CALLS:
        with pytest.raises(InvalidArgumentException) as caught:
            await call(box)
        assert str(caught.value).startswith(name), name
        assert " character " in str(caught.value), name
    assert (await box.commands.run("echo still here")).text == "still here"


@pytest.fixture
async def files(execd: Execd) -> AsyncIterator[FilesService]:
    async with files_of(execd, shell=True) as service:
        yield service


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with a directory and a file whose names are not UTF-8, and a directory whose name has a real U+FFFD."""
    root = tmp_path / "tree"
    hidden = os.fsencode(root) + b"/d\xff"
    os.makedirs(hidden)
    for name in (b"/in", b"/f\xfe"):
        Path(os.fsdecode(hidden + name)).write_text("x")
    (root / "real\ufffd").mkdir()
    (root / "real\ufffd" / "inside").write_text("x")
    return root


async def test_a_walk_does_not_leave_out_a_directory_silently(files: FilesService, tree: Path) -> None:
    with pytest.raises(SandboxApiException, match=r"U\+FFFD may stand for bytes that are not UTF-8"):
        [entry async for entry in files.walk(str(tree))]
    told: list[SandboxException] = []
    seen = [entry.path async for entry in files.walk(str(tree), on_error=told.append)]
    assert seen == [f"{tree}/d\ufffd", f"{tree}/real\ufffd", f"{tree}/real\ufffd/inside"]
    assert len(told) == 1
    assert f"{tree}/d\ufffd" in str(told[0])


async def test_nothing_is_said_to_be_deleted_that_is_still_there(files: FilesService, tree: Path) -> None:
    for call in (files.delete_directories, files.delete_files):
        with pytest.raises(SandboxApiException, match="reach it with a command and a pattern"):
            await call([f"{tree}/missing", f"{tree}/d\ufffd"])
    await files.delete_directories([f"{tree}/real\ufffd", f"{tree}/missing"])
    assert os.listdir(os.fsencode(tree)) == [b"d\xff"]


async def test_trees_keep_names_that_are_not_utf8(files: FilesService, tree: Path, tmp_path: Path) -> None:
    await files.download_dir(str(tree), tmp_path / "here")
    await files.upload_dir(tmp_path / "here", str(tmp_path / "there"))
    assert os.listdir(os.fsencode(tmp_path / "there") + b"/d\xff") == os.listdir(
        os.fsencode(tree) + b"/d\xff"
    )
