"""Code in the interpreters of a real sandbox."""

from __future__ import annotations

import struct
import zlib

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import AsyncEvent, AsyncWorker, monotonic
from opensandbox.exceptions import (
    CodeFailedException,
    ExecutionAbortedException,
    SandboxApiException,
    SandboxNotFoundException,
)
from opensandbox.models import CodeContext, ExecutionHandlers, OutputMessage

pytestmark = pytest.mark.anyio

PATIENCE = 60.0

DRAW = """
import struct, zlib
from IPython.display import Image

def part(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

rows = b"".join(b"\\0" + bytes((x, y, 128) * 1) * 16 for y in range(16) for x in (y * 16,))
picture = b"\\x89PNG\\r\\n\\x1a\\n" + part(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
picture += part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
Image(data=picture)
"""

FORMS = """
class Form:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": "<i>é</i>", "text/latex": "$x$", "image/svg+xml": "<svg/>", "application/json": {"a": [1]}}

Form()
"""


async def test_state_lasts_in_a_context_and_output_and_value_come_back(box: Sandbox) -> None:
    async with box.code.context("python", cwd="/usr") as python:
        assert (python.language, python.cwd) == ("python", "/usr")
        await box.code.run("import os, sys; n = 20", context=python, check=True)
        execution = await box.code.run(
            "print('ü', n)\nprint('bad', file=sys.stderr)\n(os.getcwd(), n + 1)", context=python
        )
        assert execution.text == "ü 20\n('/usr', 21)"
        assert "".join(piece.text for piece in execution.logs.stderr) == "bad\n"
        assert execution.execution_count == 2
        assert execution.exit_code == 0
        assert await box.code.contexts.list("python") == [await box.code.contexts.get(python.id)]
    with pytest.raises(SandboxNotFoundException):
        await box.code.contexts.get(python.id)


async def test_a_picture_comes_back_as_a_picture(box: Sandbox) -> None:
    execution = await box.code.run(DRAW, check=True)
    png = execution.result[0].png
    assert png is not None
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (16, 16)
    (length,) = struct.unpack(">I", png[33:37])
    assert len(zlib.decompress(png[41 : 41 + length])) == 16 * (1 + 16 * 3)


async def test_every_form_of_a_value_comes_back(box: Sandbox) -> None:
    (result,) = (await box.code.run(FORMS, check=True)).result
    assert (result.html, result.latex, result.svg) == ("<i>é</i>", "$x$", "<svg/>")
    assert result.json_value == {"a": [1]}


async def test_failing_code_is_told_as_the_language_tells_it(box: Sandbox) -> None:
    with pytest.raises(CodeFailedException, match="ZeroDivisionError: division by zero") as caught:
        await box.code.run("print('before')\n1 / 0", check=True)
    assert caught.value.execution is not None
    assert caught.value.execution.text == "before"
    assert caught.value.failure is not None
    assert "ZeroDivisionError" in "".join(caught.value.failure.traceback)
    assert (await box.code.run("(exit 3)", language="bash")).exit_code == 3


async def test_an_interrupt_stops_the_run_and_keeps_the_state(box: Sandbox) -> None:
    async with box.code.context() as python:
        await box.code.run("kept = 1", context=python)
        started, found = AsyncEvent(), []

        async def hear(message: OutputMessage) -> None:
            started.set()

        async def work() -> None:
            handlers = ExecutionHandlers(on_stdout=hear)
            found.append(
                await box.code.run("print('on')\nwhile True: pass", context=python, handlers=handlers)
            )

        worker = AsyncWorker(work, "endless code")
        assert await started.wait_for(PATIENCE)
        with pytest.raises(ExecutionAbortedException, match="busy"):
            await box.code.run("1", context=python)
        await box.code.interrupt(python)
        assert await worker.join(PATIENCE)
        assert found[0].error.name == "KeyboardInterrupt"
        assert (await box.code.run("kept", context=python)).result[0].text == "1"


async def test_a_stream_left_early_stops_the_code(box: Sandbox) -> None:
    async with box.code.context("bash") as bash:
        async with box.code.stream("echo on; sleep 1000", context=bash) as events:
            async for event in events:
                if isinstance(event, OutputMessage):
                    break
        await is_free(box, bash)


async def test_a_stream_left_at_once_stops_the_shell_however_far_it_is(box: Sandbox) -> None:
    async with box.code.context("bash") as bash:
        for _ in range(5):
            async with box.code.stream("sleep 1000", context=bash):
                pass
            await is_free(box, bash)


async def is_free(box: Sandbox, context: CodeContext) -> None:
    """Wait until what was run last has ended: a context runs one thing at a time."""
    deadline = monotonic() + PATIENCE
    while True:
        try:
            assert (await box.code.run("echo free", context=context)).text == "free"
            break
        except ExecutionAbortedException:
            assert monotonic() < deadline


async def test_contexts_of_a_language_end_together(box: Sandbox) -> None:
    python = await box.code.contexts.create("python")
    shells = [await box.code.contexts.create("bash") for _ in range(2)]
    assert {context.id for context in await box.code.contexts.list()} == {
        context.id for context in (python, *shells)
    }
    await box.code.contexts.delete_all("bash")
    await box.code.contexts.delete_all("bash")
    assert await box.code.contexts.list() == [python]
    for shell in shells:
        with pytest.raises(SandboxNotFoundException, match=shell.id):
            await box.code.contexts.delete(shell)


async def test_what_the_sandbox_does_not_know_is_named_in_the_error(box: Sandbox) -> None:
    with pytest.raises(SandboxApiException, match="cobol"):
        await box.code.run("1", language="cobol")
    with pytest.raises(SandboxApiException, match="ctx-9"):
        await box.code.run("1", context=CodeContext(id="ctx-9", language="python"))
    with pytest.raises(SandboxApiException, match="ctx-9"):
        await box.code.interrupt("ctx-9")
    with pytest.raises(SandboxApiException, match="/no/such/directory"):
        await box.code.contexts.create(cwd="/no/such/directory")


async def test_programs_that_look_for_the_port_of_a_code_runtime_find_it(box: Sandbox) -> None:
    for _ in range(3):
        looked = await box.commands.run("exec 3<>/dev/tcp/127.0.0.1/${JUPYTER_PORT:-44771}")
        assert looked.exit_code == 0, looked.logs.stderr
