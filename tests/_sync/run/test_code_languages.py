# Generated from tests/_async/run/test_code_languages.py by scripts/unasync.py. Do not edit.
"""Code in languages beside Python and bash, in the interpreters of a real sandbox."""

from __future__ import annotations

import json

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import Event, Worker, monotonic
from opensandbox.exceptions import CodeFailedException, ExecutionAbortedException, SandboxApiException
from opensandbox.models import CodeContext, ExecutionHandlersSync, ExecutionResult, OutputMessage

PATIENCE = 60.0

SHOW = """

    for (const n of [1, 2]) {
        console.log(n);
        Deno.jupyter.display(Deno.jupyter.html`<b>${n}</b>`);
    }
    3
"""

WAIT = """

    console.log("on");
    new Promise(() => {});
"""


def test_scripts_keep_variables_and_give_values_output_and_errors(box: SandboxSync) -> None:
    with box.code.context("typescript", cwd="/usr") as script:
        box.code.run("interface Point { x: number }\nlet n: number = 20", context=script, check=True)
        execution = box.code.run(
            "console.log('ü', n); console.error('bad'); [Deno.cwd(), n + 1]", context=script
        )
        assert execution.text == 'ü 20\n[ "/usr", 21 ]'
        assert "".join(piece.text for piece in execution.logs.stderr) == "bad\n"
        with pytest.raises(CodeFailedException, match="TypeError: no") as caught:
            box.code.run("console.log('before'); throw new TypeError('no')", context=script, check=True)
        assert caught.value.execution is not None
        assert caught.value.execution.text == "before"
        assert [context.language for context in box.code.contexts.list()] == ["typescript"]


def test_rich_results_of_scripts_stream_in_order(box: SandboxSync) -> None:
    found: list[str | None] = []
    with box.code.stream(SHOW, language="javascript") as events:
        for event in events:
            match event:
                case OutputMessage():
                    found.append(event.text)
                case ExecutionResult():
                    found.append(event.html or event.text)
    assert sorted(map(str, found)) == ["1\n", "2\n", "3", "<b>1</b>", "<b>2</b>"]
    assert found.index("1\n") < found.index("2\n")
    assert found.index("<b>1</b>") < found.index("<b>2</b>")


def test_much_output_of_a_script_is_whole_and_its_own(box: SandboxSync) -> None:
    with box.code.context("javascript") as script:
        for _ in range(2):
            execution = box.code.run("for (let i = 0; i < 3000; i++) console.log(i)", context=script)
            assert execution.text.split() == [str(number) for number in range(3000)]
            assert (box.code.run("console.log('mine')", context=script)).text == "mine"


def test_a_script_that_prints_otherwise_ends_all_the_same(box: SandboxSync) -> None:
    with box.code.context("javascript") as script:
        box.code.run("console.log = console.error = () => {}", context=script)
        assert (box.code.run("1 + 1", context=script)).text == "2"


def test_scripts_are_interrupted(box: SandboxSync) -> None:
    with box.code.context("javascript") as script:
        box.code.run("var kept = 1", context=script)
        started, found = Event(), []

        def hear(message: OutputMessage) -> None:
            started.set()

        def work() -> None:
            handlers = ExecutionHandlersSync(on_stdout=hear)
            code = "console.log('on'); while (true) {}"
            found.append(box.code.run(code, context=script, handlers=handlers))

        worker = Worker(work, "an endless script")
        assert started.wait_for(PATIENCE)
        box.code.interrupt(script)
        assert worker.join(PATIENCE)
        assert found[0].error.name == "KeyboardInterrupt"
        assert (box.code.run("kept", context=script)).result[0].text == "1"


def test_a_script_that_waits_is_stopped_when_it_is_left(box: SandboxSync) -> None:
    script = box.code.contexts.create("javascript")
    with box.code.stream(WAIT, context=script) as events:
        for event in events:
            if isinstance(event, OutputMessage):
                break
    deadline = monotonic() + PATIENCE
    while is_busy(box, script):
        assert monotonic() < deadline


def is_busy(box: SandboxSync, context: CodeContext) -> bool:
    """Whether something still runs. An interpreter that could not be interrupted is gone with its context."""
    try:
        return (box.code.run("1", context=context)).result[0].text != "1"
    except ExecutionAbortedException:
        return True
    except SandboxApiException as gone:
        return f"context {context.id} is unknown" not in str(gone)


def test_scripts_use_the_files_of_the_sandbox(box: SandboxSync) -> None:
    box.files.write_file("/workspace/there.json", json.dumps({"a": [1]}))
    code = "import there from 'file:///workspace/there.json' with { type: 'json' };\nthere.a[0]"
    assert (box.code.run(code, language="typescript", check=True)).result[0].text == "1"


def test_the_way_to_a_missing_language_is_told(box: SandboxSync) -> None:
    with pytest.raises(SandboxApiException, match=r"kernelspec .*share/jupyter") as caught:
        box.code.run("1", language="go")
    assert caught.value.status_code == 400
    assert "javascript" in str(caught.value)
    spec = {"argv": ["gonb", "--kernel", "{connection_file}"], "display_name": "Go", "language": "go"}
    box.files.write_file("/usr/local/share/jupyter/kernels/gonb/kernel.json", json.dumps(spec))
    with pytest.raises(SandboxApiException, match="'gonb' is not on the PATH"):
        box.code.contexts.create("go")
