from __future__ import annotations

import os
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local.execd.daemon import events, running_execd, until


@pytest.fixture(scope="module", params=["python", "bash"])
def context(execd, request):
    answer = execd.client.post("/code/context", json={"language": request.param})
    assert answer.status_code == 200, answer.text
    yield answer.json()
    execd.client.delete(f"/code/contexts/{answer.json()['id']}")


@pytest.fixture(scope="module")
def python(execd):
    return execd.client.post("/code/context", json={"language": "python"}).json()


def run(execd, code, **context):
    answer = execd.client.post("/code", json={"code": code, "context": context})
    assert answer.status_code == 200, answer.text
    return events(answer.text)


def text(found, kind="stdout"):
    return "".join(event["text"] for event in found if event["type"] == kind)


COUNT = {"python": "n = globals().get('n', 0) + 1\nprint(n)", "bash": "n=$((n + 1)); echo $n"}
FAIL = {"python": "print('before')\nq", "bash": "echo before; (exit 3)"}
ENDLESS = {"python": "print('on', flush=True)\nwhile True: pass", "bash": "echo on; while :; do :; done"}


def test_state_stays_between_runs(execd, context):
    for number in "12":
        first, *_, last = found = run(execd, COUNT[context["language"]], id=context["id"])
        assert (first["type"], first["text"]) == ("init", context["id"])
        assert text(found) == f"{number}\n"
        assert last["type"] == "execution_complete"


def test_failure_ends_the_stream_with_an_error(execd, context):
    *_, error = found = run(execd, FAIL[context["language"]], id=context["id"])
    assert text(found) == "before\n"
    assert (error["type"], bool(error["error"]["traceback"])) == ("error", True)
    assert [event["type"] for event in found].count("execution_complete") == 0
    assert run(execd, "True" if context["language"] == "python" else "true", id=context["id"])[-1][
        "type"
    ] == ("execution_complete")


def test_interrupt_ends_the_run_and_a_second_run_is_refused_meanwhile(execd, context):
    found = []

    def endless():
        body = {"code": ENDLESS[context["language"]], "context": {"id": context["id"]}}
        with execd.client.stream("POST", "/code", json=body) as response:
            seen = ""
            for piece in response.iter_text():
                seen += piece
                if '"stdout"' in seen:
                    running.set()
            found.extend(events(seen))

    running = threading.Event()
    thread = threading.Thread(target=endless)
    thread.start()
    assert running.wait(20)
    first, refusal = run(execd, "x", id=context["id"])
    assert first["type"] == "init"
    assert "session is busy" in refusal["message"]
    assert execd.client.delete("/code", params={"id": context["id"]}).status_code == 200
    thread.join(20)
    assert found[-1]["type"] == "error"
    if context["language"] == "python":
        assert found[-1]["error"]["ename"] == "KeyboardInterrupt"
    assert execd.client.delete("/code", params={"id": context["id"]}).status_code == 200
    assert text(run(execd, COUNT[context["language"]], id=context["id"])) == "3\n"


def test_value_of_the_last_expression(execd, python):
    found = run(execd, "1 + 1", id=python["id"])
    assert [event["type"] for event in found] == ["init", "execution_count", "result", "execution_complete"]
    assert found[2]["results"] == {"text": "2"}
    assert found[1]["execution_count"] >= 1


def test_both_streams(execd, python):
    found = run(execd, "import sys; print('out'); print('err', file=sys.stderr)", id=python["id"])
    assert (text(found), text(found, "stderr")) == ("out\n", "err\n")


def test_python_error_is_preceded_by_a_status(execd, python):
    *_, status, error = run(execd, "1 / 0", id=python["id"])
    assert (status["type"], status["text"]) == ("status", "error")
    assert (error["error"]["ename"], error["error"]["evalue"]) == ("ZeroDivisionError", "division by zero")


def test_run_goes_on_when_the_client_leaves(execd, python, tmp_path):
    done = tmp_path / "done"
    code = f"import time; time.sleep(0.5); open({str(done)!r}, 'w').close()"
    body = {"code": code, "context": {"id": python["id"]}}
    with execd.client.stream("POST", "/code", json=body) as response:
        pieces = response.iter_raw()
        next(pieces)
    until(done.exists)


def test_kernel_that_dies_is_told_and_its_context_is_gone(execd):
    context_id = execd.client.post("/code/context", json={"language": "python"}).json()["id"]
    *_, error = run(execd, "import os; os._exit(1)", id=context_id)
    assert error["error"]["ename"] == "KernelGone"
    until(lambda: execd.client.get(f"/code/contexts/{context_id}").status_code == 404)


def test_a_language_is_the_same_however_it_is_written(execd):
    first = run(execd, "Z=5", language="Bash")[0]["text"]
    found = run(execd, "echo $Z", language="bash")
    assert (found[0]["text"], text(found)) == (first, "5\n")
    made = execd.client.post("/code/context", json={"language": "BASH"}).json()
    assert made["language"] == "bash"
    assert made in execd.client.get("/code/contexts", params={"language": "baSH"}).json()
    assert execd.client.delete(f"/code/contexts/{made['id']}").status_code == 200


def test_default_context_of_a_language_is_made_once(execd):
    first = run(execd, "Y=5", language="bash")[0]["text"]
    found = run(execd, "echo $Y", language="bash")
    assert (found[0]["text"], text(found)) == (first, "5\n")


def test_code_without_context_is_a_shell_command(execd):
    answer = execd.client.post("/code", json={"code": "echo hi"})
    assert [event["type"] for event in events(answer.text)] == ["init", "stdout", "execution_complete"]


def test_contexts_are_listed_read_and_deleted(execd, tmp_path):
    made = execd.client.post("/code/context", json={"language": "bash", "cwd": str(tmp_path)}).json()
    assert made == {"id": made["id"], "language": "bash", "cwd": str(tmp_path)}
    assert text(run(execd, "pwd", id=made["id"])) == f"{tmp_path}\n"

    def listed(**query):
        return execd.client.get("/code/contexts", params=query).json()

    assert made in listed(language="bash")
    assert made in listed()
    assert made not in listed(language="python")
    assert execd.client.get(f"/code/contexts/{made['id']}").json() == made
    assert execd.client.delete("/code/contexts", params={"language": "bash"}).status_code == 200
    assert listed(language="bash") == []
    for method in ("GET", "DELETE"):
        answer = execd.client.request(method, f"/code/contexts/{made['id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "CONTEXT_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/code", "{", 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code", '{"code":""}', 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code", '{"code":"x","context":5}', 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code", '{"code":"x","context":{"id":["a"]}}', 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code", '{"code":"x","context":{"id":"unknown"}}', 500, "RUNTIME_ERROR"),
        ("POST", "/code", '{"code":"x","context":{"language":"java"}}', 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code/context", "[", 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code/context", '{"language":"java"}', 400, "INVALID_REQUEST_BODY"),
        ("GET", "/code/contexts?language=sql", None, 400, "INVALID_REQUEST_BODY"),
        ("POST", "/code/context", '{"cwd":"/does/not/exist"}', 400, "INVALID_REQUEST_BODY"),
        ("DELETE", "/code", None, 400, "MISSING_QUERY"),
        ("DELETE", "/code?id=unknown", None, 500, "RUNTIME_ERROR"),
        ("DELETE", "/code/contexts", None, 400, "MISSING_QUERY"),
        ("DELETE", "/code/contexts?language=java", None, 200, None),
    ],
)
def test_bad_request_is_refused(execd, method, path, body, status, code):
    answer = execd.client.request(method, path, content=body)
    assert answer.status_code == status
    if code:
        assert answer.json()["code"] == code


@pytest.fixture(scope="module", params=["with ipykernel", "without"])
def kernel(request, tmp_path_factory):
    """A function that runs cells in one interpreter, of IPython's kernel and of ours."""
    blocked = tmp_path_factory.mktemp("blocked")
    if request.param == "without":
        for name in ("jupyter_client", "ipykernel", "IPython"):
            (blocked / name).mkdir()
            (blocked / name / "__init__.py").write_text("raise ImportError('blocked by the test')")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    directory = tmp_path_factory.mktemp("execd")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.delenv(
            "PYTEST_CURRENT_TEST"
        )  # IPython's kernel does not take output of other programs where that is set
        execd = stack.enter_context(running_execd(directory, extra_path=str(blocked), PATH=path))
        context_id = execd.client.post("/code/context", json={"language": "python"}).json()["id"]
        yield lambda code: run(execd, code, id=context_id)


def results(found):
    return [event["results"] for event in found if event["type"] == "result"]


def error(found):
    *_, last = found
    assert last["type"] == "error", found
    return last["error"]


def test_displayed_values_are_results_in_order(kernel):
    found = kernel("for n in (1, 2):\n    display(n)\nprint('x')\n3")
    assert [result["text"] for result in results(found)] == ["1", "2", "3"]
    assert text(found) == "x\n"


def test_every_figure_of_a_cell_is_a_picture(kernel):
    code = "%matplotlib inline\nimport matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.figure(); plt.plot([n, 4])\nplt.show()"
    shown = kernel(code)
    found = results(shown)
    assert len(found) == 2, shown
    assert all(result["image/png"].startswith("iVBOR") for result in found)
    assert results(kernel("1")) == [{"text": "1"}]  # none is shown twice


def test_code_may_wait_at_the_top(kernel):
    assert results(kernel("import asyncio\nawait asyncio.sleep(0, 'waited')")) == [{"text": "'waited'"}]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("raise ExceptionGroup('several', [ValueError(1), KeyError(2)])", "ExceptionGroup"),
        ("1 +", "SyntaxError"),
        ("def f():\n    return f()\nf()", "RecursionError"),
        ("assert False, 'no'", "AssertionError"),
    ],
)
def test_what_fails_is_never_a_success(kernel, code, name):
    assert error(kernel(code))["ename"] == name
    assert results(kernel("'next'")) == [{"text": "'next'"}]


def test_a_failing_group_of_tasks_is_an_error(kernel):
    code = (
        "import asyncio\nasync def fail(): raise ValueError('x')\n"
        "async with asyncio.TaskGroup() as group:\n    group.create_task(fail())"
    )
    assert error(kernel(code))["ename"] == "ExceptionGroup"


def test_an_unknown_magic_is_an_error(kernel):
    assert "nosuchmagic" in error(kernel("%nosuchmagic 1"))["evalue"]


def test_programs_that_a_cell_starts_write_to_its_output(kernel):
    assert text(kernel("import subprocess\n_ = subprocess.run(['echo', 'from outside'])")) == "from outside\n"
    assert text(kernel("!echo by a shell")).strip() == "by a shell"


def test_the_traceback_shows_the_users_lines(kernel):
    told = "".join(error(kernel("def inner():\n    return 1 / 0\ninner()"))["traceback"])
    assert "inner" in told
    assert "kernel_program" not in told
