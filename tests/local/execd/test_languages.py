"""Code in languages that the daemon does not know itself, in real Jupyter kernels: Deno's, and Scheme's with a kernelspec."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.local.execd.daemon import Execd, events, running_execd, until

PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Language:
    """What is said in a language, and what comes of it."""

    name: str
    remember: str
    recall: str
    say: str
    fail: str
    failure: tuple[str, str]
    endless: str


LANGUAGES = [
    Language(
        name="javascript",
        remember="const n = 42",
        recall="n",
        say="console.log('out'); console.error('bad')",
        fail="console.log('before'); throw new TypeError('no')",
        failure=("TypeError", "no"),
        endless="console.log('on'); while (true) {}",
    ),
    Language(
        name="typescript",
        remember="const n: number = 42; interface Point { x: number }",
        recall="n as number",
        say="console.log('out' as string); console.error('bad')",
        fail="console.log('before'); throw new RangeError('far')",
        failure=("RangeError", "far"),
        endless="console.log('on'); for (let n: number = 0; ; n++) {}",
    ),
    Language(
        name="scheme",
        remember="(define n 42)",
        recall="n",
        say='(begin (display "out\n") (display "bad\n" (current-error-port)))',
        fail='(begin (display "before\n") (car 5))',
        failure=("RunTimeError", "car called on non-pair 5"),
        endless='(begin (display "on\n") (let loop () (loop)))',
    ),
]


@pytest.fixture(scope="module")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    with running_execd(tmp_path_factory.mktemp("execd"), PATH=path) as running:
        yield running


@pytest.fixture(scope="module", params=LANGUAGES, ids=lambda language: language.name)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def context(execd: Execd, language: Language) -> Iterator[str]:
    context_id = create(execd, language.name)
    yield context_id
    execd.client.delete(f"/code/contexts/{context_id}")


def create(execd: Execd, language: str, **options: str) -> str:
    answer = execd.client.post("/code/context", json={"language": language, **options})
    assert answer.status_code == 200, answer.text
    assert answer.json()["language"] == language
    context_id: str = answer.json()["id"]
    return context_id


def run(execd: Execd, code: str, context_id: str) -> list[dict[str, Any]]:
    answer = execd.client.post("/code", json={"code": code, "context": {"id": context_id}})
    assert answer.status_code == 200, answer.text
    return events(answer.text)


def text(found: list[dict[str, Any]], kind: str) -> str:
    return "".join(event["text"] for event in found if event["type"] == kind)


def results(found: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [event["results"] for event in found if event["type"] == "result"]


def test_variables_stay_and_the_value_is_plain_text(execd: Execd, language: Language, context: str) -> None:
    assert run(execd, language.remember, context)[-1]["type"] == "execution_complete"
    found = run(execd, language.recall, context)
    assert results(found) == [{"text": "42"}]
    assert found[-1]["type"] == "execution_complete"


def test_output_comes_in_its_streams(execd: Execd, language: Language, context: str) -> None:
    found = run(execd, language.say, context)
    assert "out\n" in text(found, "stdout")
    if language.name != "scheme":  # it has one port for both
        assert text(found, "stderr") == "bad\n"


def test_failures_have_name_value_and_place(execd: Execd, language: Language, context: str) -> None:
    *_, status, error = found = run(execd, language.fail, context)
    assert text(found, "stdout") == "before\n"
    assert (status["type"], status["text"]) == ("status", "error")
    assert (error["error"]["ename"], error["error"]["evalue"]) == language.failure
    assert error["error"]["traceback"]


def test_interrupt_stops_what_computes_and_keeps_the_variables(
    execd: Execd, language: Language, context: str
) -> None:
    run(execd, language.remember.replace("const n", "var m").replace("define n", "define m"), context)
    running = Running(execd, language.endless, context, said="on")
    assert "busy" in run(execd, language.recall, context)[-1]["message"]
    assert execd.client.delete("/code", params={"id": context}).status_code == 200
    assert running.found()[-1]["error"]["ename"] == "KeyboardInterrupt"
    found = run(execd, language.recall.replace("n", "m", 1), context)
    assert results(found) == [{"text": "42"}]


def test_contexts_are_apart_and_start_in_their_directory(
    execd: Execd, language: Language, context: str, tmp_path: Path
) -> None:
    other = create(execd, language.name, cwd=str(tmp_path))
    assert run(execd, language.recall, other)[-1]["type"] == "error"
    assert execd.client.delete(f"/code/contexts/{other}").status_code == 200


class Running:
    """Code that runs in a thread and has said something."""

    def __init__(self, execd: Execd, code: str, context_id: str, *, said: str) -> None:
        self._body = {"code": code, "context": {"id": context_id}}
        self._execd = execd
        self._seen = ""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        until(lambda: said in text(events(self._seen.rpartition("\n\n")[0]), "stdout"))

    def _read(self) -> None:
        with self._execd.client.stream("POST", "/code", json=self._body) as response:
            for piece in response.iter_text():
                self._seen += piece

    def found(self) -> list[dict[str, Any]]:
        """Wait for the end, and return all events."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return events(self._seen)


@pytest.fixture
def script(execd: Execd) -> Iterator[str]:
    context_id = create(execd, "typescript")
    yield context_id
    execd.client.delete(f"/code/contexts/{context_id}")


def test_every_value_comes_before_the_end(execd: Execd, script: str) -> None:
    # Deno sends some of them after it has said that it is done.
    for number in range(100):
        assert results(run(execd, str(number), script)) == [{"text": str(number)}]


def test_output_of_scripts_comes_while_they_run(execd: Execd, script: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = (
        "console.log('first');\n"
        f"while (!(await Deno.stat({json.dumps(str(go))}).then(() => true, () => false)))"
        " await new Promise(done => setTimeout(done, 10));\nconsole.log('last')"
    )
    running = Running(execd, code, script, said="first")
    go.touch()
    assert text(running.found(), "stdout") == "first\nlast\n"


def test_scripts_show_rich_results(execd: Execd, script: str) -> None:
    found = run(
        execd, "await Deno.jupyter.display(Deno.jupyter.md`*a*`); Deno.jupyter.html`<b>x</b>`", script
    )
    assert results(found) == [{"text/markdown": "*a*"}, {"text/html": "<b>x</b>"}]


def test_code_that_waits_is_ended_with_its_interpreter_when_interrupted(execd: Execd, script: str) -> None:
    running = Running(execd, "console.log('on'); await new Promise(() => {})", script, said="on")
    assert execd.client.delete("/code", params={"id": script}).status_code == 200
    *_, error = running.found()
    assert error["error"]["ename"] == "KernelGone"
    assert "variables are lost" in error["error"]["evalue"]
    until(lambda: execd.client.get(f"/code/contexts/{script}").status_code == 404)


def test_a_language_has_one_default_context(execd: Execd) -> None:
    body = {"context": {"language": "javascript"}}
    execd.client.post("/code", json={"code": "var kept = 7", **body})
    found = events(execd.client.post("/code", json={"code": "kept", **body}).text)
    assert results(found) == [{"text": "7"}]


@pytest.fixture
def refusal(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A function that asks a daemon with the variables given for a language, and returns why it is refused."""
    number = iter(range(9))

    def ask(language: str, extra_path: str = "", **variables: str) -> str:
        directory = tmp_path / str(next(number))
        directory.mkdir()
        with running_execd(directory, extra_path=extra_path, **variables) as execd:
            answers = [
                execd.client.post("/code/context", json={"language": language}),
                execd.client.post("/code", json={"code": "1", "context": {"language": language}}),
                execd.client.get("/code/contexts", params={"language": language}),
            ]
        assert {answer.status_code for answer in answers} == {400}
        (message,) = {answer.json()["message"] for answer in answers}
        return str(message)

    return ask


def test_what_is_missing_is_said_with_the_way_to_get_it(refusal: Callable[..., str], tmp_path: Path) -> None:
    assert "kernelspec" in refusal("cobol", PATH="/usr/bin").lower()
    assert "it can be bash, python;" in refusal("cobol", PATH="/usr/bin")
    assert 'packages=["deno"]' in refusal("typescript", PATH="/usr/bin")
    (tmp_path / "blocked/jupyter_client").mkdir(parents=True)
    (tmp_path / "blocked/jupyter_client/__init__.py").write_text("raise ImportError('blocked by the test')")
    assert "opensandbox[local-code]" in refusal("scheme", extra_path=str(tmp_path / "blocked"))


def write_kernelspec(share: Path, name: str, argv: list[str], language: str, **members: object) -> None:
    directory = share / "kernels" / name
    directory.mkdir(parents=True)
    spec = {"argv": argv, "display_name": name.title(), "language": language, **members}
    (directory / "kernel.json").write_text(json.dumps(spec))


def test_a_kernelspec_without_its_program_is_refused_by_name(
    refusal: Callable[..., str], tmp_path: Path
) -> None:
    write_kernelspec(tmp_path / "share", "gonb", ["/usr/bin/gonb", "--kernel", "{connection_file}"], "go")
    message = refusal("go", JUPYTER_PATH=str(tmp_path / "share"))
    assert "'Gonb'" in message
    assert "/usr/bin/gonb" in message


def test_broken_kernelspecs_are_passed_over(tmp_path: Path) -> None:
    share = tmp_path / "share"
    argv = [sys.executable, "-m", "calysto_scheme", "-f", "{connection_file}"]
    write_kernelspec(share, "good", argv, "scheme", env={"NUMBER": 1})
    for number, broken in enumerate(
        ["{", "[]", '{"language": "scheme"}', '{"argv": "x", "language": "scheme"}']
    ):
        directory = share / f"kernels/bad{number}"  # before the good one, by name
        directory.mkdir()
        (directory / "kernel.json").write_text(broken)
    (tmp_path / "execd").mkdir()
    with running_execd(tmp_path / "execd", JUPYTER_PATH=str(share)) as execd:
        assert results(run(execd, "(+ 1 1)", create(execd, "scheme"))) == [{"text": "2"}]


# JUPYTER_DATA_DIR stands in place of what lies below HOME.
@pytest.mark.parametrize("places", [("JUPYTER_PATH", "JUPYTER_DATA_DIR", "PATH"), ("HOME",)], ids="+".join)
def test_kernelspecs_are_found_where_jupyter_looks_and_by_name(
    tmp_path: Path, places: tuple[str, ...]
) -> None:
    argv = [sys.executable, "-m", "calysto_scheme", "-f", "{connection_file}"]
    variables = {"WHO": "you"}
    for place in places:
        home = tmp_path / place
        share = home / {"HOME": ".local/share/jupyter", "PATH": "share/jupyter"}.get(place, "")
        write_kernelspec(
            share, f"by-{place.lower()}", argv, f"Lisp-{place}", env={"GREETING": "hello ${WHO}"}
        )
        variables[place] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}" if place == "PATH" else str(home)
    (tmp_path / "execd").mkdir()
    with running_execd(tmp_path / "execd", **variables) as execd:
        for place in places:
            for name in (f"lisp-{place.lower()}", f"by-{place.lower()}"):
                found = run(execd, '(import "os") (os.environ.get "GREETING")', create(execd, name))
                assert results(found)[-1] == {"text": "'hello you'"}, found


def test_a_kernel_whose_program_is_missing_gives_way_to_deno(tmp_path: Path) -> None:
    write_kernelspec(tmp_path, "tslab", ["/no/tslab", "{connection_file}"], "TypeScript")
    (tmp_path / "execd").mkdir()
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    with running_execd(tmp_path / "execd", JUPYTER_PATH=str(tmp_path), PATH=path) as execd:
        assert results(run(execd, "1 + 1", create(execd, "typescript"))) == [{"text": "2"}]


def test_denos_own_kernelspec_bears_interrupts(tmp_path: Path) -> None:
    deno = shutil.which("deno", path=PROGRAMS)
    assert deno is not None
    argv = [deno, "jupyter", "--kernel", "--conn", "{connection_file}"]
    write_kernelspec(tmp_path / "share", "deno", argv, "typescript")
    (tmp_path / "execd").mkdir()
    with running_execd(tmp_path / "execd", JUPYTER_PATH=str(tmp_path / "share"), PATH="/usr/bin") as execd:
        context_id = create(execd, "typescript")
        run(execd, "var n = 1", context_id)
        running = Running(execd, "console.log('on'); while (true) {}", context_id, said="on")
        execd.client.delete("/code", params={"id": context_id})
        assert running.found()[-1]["error"]["ename"] == "KeyboardInterrupt"
        assert results(run(execd, "n", context_id)) == [{"text": "1"}]
