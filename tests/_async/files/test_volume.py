"""Much output, long lines, many streams, odd bytes, many files: nothing is lost, and memory stays in bounds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import async_gather_bounded
from opensandbox.models import ExecutionHandlers, OutputMessage
from tests.support.long import once
from tests.support.trees import describe, make_large_tree

TWIN = "_async"

pytestmark = pytest.mark.anyio

MIB = 1 << 20
ODD = b"gr\xc3\xbc\xc3\x9fe \xff\xc3 \xf0\x9f\x8c\x8d \xe2\x82|\xed\xa0\x80"


@once(TWIN)
async def test_one_line_of_32_mib_arrives_whole(box: Sandbox) -> None:
    digest, length = hashlib.sha256(), 0

    async def add(message: OutputMessage) -> None:
        nonlocal length
        digest.update(message.text.encode())
        length += len(message.text)

    # Characters of two bytes, so that pieces are cut within them.
    command = f"head -c {16 * MIB} /dev/zero | sed 's/\\x00/é/g'"
    execution = await box.commands.run(
        command, handlers=ExecutionHandlers(on_stdout=add, skip_accumulation=True), check=True
    )
    assert (execution.exit_code, length) == (0, 16 * MIB)
    assert digest.digest() == hashlib.sha256("é".encode() * (16 * MIB)).digest()


@once(TWIN)
async def test_200_000_lines_arrive_complete_and_in_order(box: Sandbox) -> None:
    execution = await box.commands.run("seq 1 200000", check=True)
    assert execution.text.split("\n") == [str(number) for number in range(1, 200_001)]


@once(TWIN)
async def test_50_streams_at_once_keep_to_themselves(box: Sandbox) -> None:
    async def run(number: int) -> list[str]:
        lines = []
        async with box.commands.stream(f"for n in $(seq 200); do echo {number}-$n; done") as events:
            async for event in events:
                if isinstance(event, OutputMessage):
                    lines += event.text.split()
        assert events.exit_code == 0
        return lines

    outputs = await async_gather_bounded(run, range(50), 50)
    for number, lines in enumerate(outputs):
        assert lines == [f"{number}-{n}" for n in range(1, 201)]


async def test_bytes_that_are_no_text_become_replacement_characters_and_the_rest_stays(box: Sandbox) -> None:
    await box.files.write_file("/tmp/odd", ODD * 10_000)
    expected = (ODD * 10_000).decode("utf-8", "replace")
    execution = await box.commands.run("cat /tmp/odd", check=True)
    assert "".join(message.text for message in execution.logs.stdout) == expected
    handle = await box.commands.start("cat /tmp/odd")
    assert "".join([piece async for piece in handle.logs()]) == expected


async def test_a_repository_is_cloned_within_a_session(box: Sandbox) -> None:
    async with box.commands.session(working_directory="/workspace/origin") as shell:
        made = await shell.run(
            "git init -q -b main . && git config user.name Somebody && git config user.email somebody@example.com"
            " && echo hello > greeting && git add greeting && git commit -q -m 'Greet'",
            check=True,
        )
        assert made.exit_code == 0
        await shell.run("cd .. && git clone -q origin copy && cd copy", check=True)
        log = await shell.run("git log --format='%an %s' && cat greeting", check=True)
    assert log.text.split("\n") == ["Somebody Greet", "hello"]


@once(TWIN)
async def test_a_tree_of_2_000_files_goes_there_and_back_unchanged(box: Sandbox, tmp_path: Path) -> None:
    source = make_large_tree(tmp_path / "source", files=2000)
    await box.files.upload_dir(source, "/workspace/tree")
    counted = await box.commands.run("find /workspace/tree -type f | wc -l")
    await box.files.download_dir("/workspace/tree", tmp_path / "back")
    assert describe(tmp_path / "back") == describe(source)
    assert int(counted.text) >= 2000
