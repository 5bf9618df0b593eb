"""Code in languages beside Python and bash, in the interpreters of a real sandbox."""

from __future__ import annotations

import json

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import AsyncEvent, AsyncWorker, monotonic
from opensandbox.exceptions import CodeFailedException, ExecutionAbortedException, SandboxApiException
from opensandbox.models import CodeContext, ExecutionHandlers, ExecutionResult, OutputMessage

pytestmark = pytest.mark.anyio

PATIENCE = 60.0

SHOW = """

    for (const n of [1, 2]) {
        console.log(n);
        await Deno.jupyter.display(Deno.jupyter.html`<b>${n}</b>`);
    }
    3
"""

WAIT = """

    console.log("on");
    await new Promise(() => {});
"""


async def test_scripts_keep_variables_and_give_values_output_and_errors(box: Sandbox) -> None:
    async with box.code.context("typescript", cwd="/usr") as script:
        await box.code.run("interface Point { x: number }\nlet n: number = 20", context=script, check=True)
        execution = await box.code.run(
            "console.log('ü', n); console.error('bad'); [Deno.cwd(), n + 1]", context=script
        )
        assert execution.text == 'ü 20\n[ "/usr", 21 ]'
        assert "".join(piece.text for piece in execution.logs.stderr) == "bad\n"
        with pytest.raises(CodeFailedException, match="TypeError: no") as caught:
            await box.code.run("console.log('before'); throw new TypeError('no')", context=script, check=True)
        assert caught.value.execution is not None
        assert caught.value.execution.text == "before"
        assert [context.language for context in await box.code.contexts.list()] == ["typescript"]


async def test_rich_results_of_scripts_stream_in_order(box: Sandbox) -> None:
    found: list[str | None] = []
    async with box.code.stream(SHOW, language="javascript") as events:
        async for event in events:
            match event:
                case OutputMessage():
                    found.append(event.text)
                case ExecutionResult():
                    found.append(event.html or event.text)
    assert sorted(map(str, found)) == ["1\n", "2\n", "3", "<b>1</b>", "<b>2</b>"]
    assert found.index("1\n") < found.index("2\n")
    assert found.index("<b>1</b>") < found.index("<b>2</b>")


async def test_much_output_of_a_script_is_whole_and_its_own(box: Sandbox) -> None:
    async with box.code.context("javascript") as script:
        for _ in range(2):
            execution = await box.code.run("for (let i = 0; i < 3000; i++) console.log(i)", context=script)
            assert execution.text.split() == [str(number) for number in range(3000)]
            assert (await box.code.run("console.log('mine')", context=script)).text == "mine"


async def test_a_script_that_prints_otherwise_ends_all_the_same(box: Sandbox) -> None:
    async with box.code.context("javascript") as script:
        await box.code.run("console.log = console.error = () => {}", context=script)
        assert (await box.code.run("1 + 1", context=script)).text == "2"


async def test_scripts_are_interrupted(box: Sandbox) -> None:
    async with box.code.context("javascript") as script:
        await box.code.run("var kept = 1", context=script)
        started, found = AsyncEvent(), []

        async def hear(message: OutputMessage) -> None:
            started.set()

        async def work() -> None:
            handlers = ExecutionHandlers(on_stdout=hear)
            code = "console.log('on'); while (true) {}"
            found.append(await box.code.run(code, context=script, handlers=handlers))

        worker = AsyncWorker(work, "an endless script")
        assert await started.wait_for(PATIENCE)
        await box.code.interrupt(script)
        assert await worker.join(PATIENCE)
        assert found[0].error.name == "KeyboardInterrupt"
        assert (await box.code.run("kept", context=script)).result[0].text == "1"


async def test_a_script_that_waits_is_stopped_when_it_is_left(box: Sandbox) -> None:
    script = await box.code.contexts.create("javascript")
    async with box.code.stream(WAIT, context=script) as events:
        async for event in events:
            if isinstance(event, OutputMessage):
                break
    deadline = monotonic() + PATIENCE
    while await is_busy(box, script):
        assert monotonic() < deadline


async def is_busy(box: Sandbox, context: CodeContext) -> bool:
    """Whether something still runs. An interpreter that could not be interrupted is gone with its context."""
    try:
        return (await box.code.run("1", context=context)).result[0].text != "1"
    except ExecutionAbortedException:
        return True
    except SandboxApiException as gone:
        return f"context {context.id} is unknown" not in str(gone)


async def test_scripts_use_the_files_of_the_sandbox(box: Sandbox) -> None:
    await box.files.write_file("/workspace/there.json", json.dumps({"a": [1]}))
    code = "import there from 'file:///workspace/there.json' with { type: 'json' };\nthere.a[0]"
    assert (await box.code.run(code, language="typescript", check=True)).result[0].text == "1"


async def test_the_way_to_a_missing_language_is_told(box: Sandbox) -> None:
    with pytest.raises(SandboxApiException, match=r"kernelspec .*share/jupyter") as caught:
        await box.code.run("1", language="go")
    assert caught.value.status_code == 400
    assert "javascript" in str(caught.value)
    spec = {"argv": ["gonb", "--kernel", "{connection_file}"], "display_name": "Go", "language": "go"}
    await box.files.write_file("/usr/local/share/jupyter/kernels/gonb/kernel.json", json.dumps(spec))
    with pytest.raises(SandboxApiException, match="'gonb' is not on the PATH"):
        await box.code.contexts.create("go")
