from __future__ import annotations

import json

import pytest

from tests.local.execd.daemon import events, until


@pytest.fixture
def session(execd):
    session_id = execd.client.post("/session").json()["session_id"]

    def run(command, **options):
        response = execd.client.post(f"/session/{session_id}/run", json={"command": command, **options})
        assert response.status_code == 200, response.text
        first, *rest = events(response.text)
        assert (first["type"], first["text"]) == ("init", session_id)
        return rest

    run.id = session_id
    yield run
    execd.client.delete(f"/session/{session_id}")


def texts(found):
    assert {event["type"] for event in found[:-1]} <= {"stdout"}
    return [event["text"] for event in found[:-1]]


def test_directory_and_exported_variables_persist(session):
    session("cd /usr; export NAME='two\nlines'; PRIVATE=1; hidden() { :; }")
    assert texts(session('pwd; echo "$NAME$PRIVATE"; type hidden >/dev/null 2>&1 || echo no')) == [
        "/usr",
        "two",
        "lines",
        "no",
    ]
    session("unset NAME")
    assert texts(session('echo "[$NAME]"')) == ["[]"]


def test_exit_status_and_error_are_told_and_state_is_kept_after_a_failure(session):
    *_, error = session("export KEPT=1; (exit 3)")
    assert error["error"]["evalue"] == "3"
    assert session("echo $KEPT")[0]["text"] == "1"
    *_, error = session("if")
    assert error["error"]["ename"] == "CommandExecError"
    assert session("echo $KEPT")[0]["text"] == "1"


def test_script_that_exits_itself_leaves_the_state_as_it_was(session):
    assert session("cd /usr; exit 4")[-1]["error"]["evalue"] == "4"
    assert texts(session("pwd")) != ["/usr"]


def test_both_outputs_are_merged_and_nothing_of_the_recording_shows(session):
    found = session("set -x; echo out; echo err >&2")
    assert sorted(texts(found)) == ["++ echo err", "++ echo out", "err", "out"]


def test_directory_of_one_run(session):
    assert texts(session("pwd", cwd="/usr")) == ["/usr"]


def test_what_cd_goes_back_to_persists(session):
    session("cd /usr; cd /")
    assert texts(session("cd -; pwd")) == ["/usr", "/usr"]


@pytest.mark.parametrize(
    "text", ["cd /usr; unset PWD", "cd /usr; PWD=/none", "cd /usr; pwd() { echo /none; }"]
)
def test_the_directory_is_that_of_the_shell_whatever_is_said_of_it(session, text):
    session(text)
    assert texts(session("pwd")) == ["/usr"]


def test_a_directory_that_is_gone_gives_way_to_the_root(session, tmp_path):
    session(f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; export KEPT=1")
    session(f"rmdir {tmp_path}/gone")
    assert texts(session("pwd; echo $KEPT")) == [
        f"the working directory {tmp_path}/gone is gone; going on in /",
        "/",
        "1",
    ]
    assert texts(session("pwd")) == ["/"]


@pytest.mark.parametrize("size", [9_000, 120_000])
def test_long_values_persist(session, size):
    session(f"export LONG=$(head -c {size} /dev/zero | tr '\\0' x)")
    assert texts(session("echo ${#LONG}")) == [str(size)]


def test_a_value_too_long_for_any_program_costs_the_session_nothing(session):
    session("export KEPT=1; cd /usr")
    session("export LONG=$(head -c 200000 /dev/zero | tr '\\0' x); cd /")
    assert texts(session("pwd; echo $KEPT; ls -d /usr")) == ["/", "1", "/usr"]


def test_a_long_text_runs_and_is_removed(session, execd):
    session("export KEPT=1")
    assert texts(session(f"cd /usr; echo {'x' * 300_000} | wc -c; echo $KEPT")) == ["300001", "1"]
    assert texts(session("pwd")) == ["/usr"]


def test_messages_name_lines_of_the_text(session):
    assert texts(session("nosuch\n\nnosuch")) == [
        "sh: line 1: nosuch: command not found",
        "sh: line 3: nosuch: command not found",
    ]
    session("cd /usr")
    assert texts(session("echo 'x")) == ["sh: eval: line 1: unexpected EOF while looking for matching `''"]
    assert texts(session("pwd")) == ["/usr"]


def test_a_pipe_in_place_of_the_recorded_state_holds_nothing_up(session):
    session("export KEPT=1")
    replaced = 'trap \'rm -f "$__execd_state"; mkfifo "$__execd_state"\' EXIT'
    session(f"cd /usr; {replaced}")
    assert texts(session("echo $KEPT")) == ["1"]


def test_a_directory_in_place_of_the_recorded_state_ends_the_run(session):
    session('trap \'rm -f "$__execd_state"; mkdir "$__execd_state"\' EXIT; echo on')
    assert texts(session("echo on")) == ["on"]


def test_start_directory_is_made(execd, tmp_path):
    wanted = tmp_path / "new" / "place"
    session_id = execd.client.post("/session", json={"cwd": str(wanted)}).json()["session_id"]
    response = execd.client.post(f"/session/{session_id}/run", json={"command": "pwd"})
    assert events(response.text)[1]["text"] == str(wanted)


def test_timeout_kills_the_run_and_the_session_lives_on(session):
    session("export KEPT=1")
    assert session("sleep 600", timeout=200)[-1]["error"]["evalue"] == "-1"
    assert texts(session("echo $KEPT")) == ["1"]


def test_run_is_killed_when_the_client_leaves(execd, session, tmp_path):
    running = tmp_path / "running"
    command = f"sleep 600 & echo $! > {running}.new; mv {running}.new {running}; wait"
    with execd.client.stream("POST", f"/session/{session.id}/run", json={"command": command}) as response:
        pieces = response.iter_raw()
        next(pieces)
        until(running.exists)
    until(lambda: session(f"kill -0 $(cat {running})")[-1]["type"] == "error")


def test_deleted_session_is_gone(execd):
    for path in ("/session/{}", "/command?id={}"):
        session_id = execd.client.post("/session", json={}).json()["session_id"]
        assert execd.client.delete(path.format(session_id)).status_code == 200
        again = execd.client.delete(f"/session/{session_id}")
        assert (again.status_code, again.json()["code"]) == (404, "CONTEXT_NOT_FOUND")
        run = execd.client.post(f"/session/{session_id}/run", json={"command": "true"})
        assert (run.status_code, run.json()["code"]) == (500, "RUNTIME_ERROR")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"command": ""},
        {"command": 5},
        {"command": "a\0b"},
        {"command": "true", "cwd": "/does/not/exist"},
        {"command": "true", "timeout": -1},
    ],
)
def test_bad_run_is_refused(execd, session, body):
    answer = execd.client.post(f"/session/{session.id}/run", content=json.dumps(body))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")


def test_bad_session_is_refused(execd):
    for body in ("{", '{"cwd":5}', '{"cwd":"$UNDEFINED_HERE"}'):
        answer = execd.client.post("/session", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")


def test_null_is_as_good_as_no_body(execd):
    answer = execd.client.post("/session", content=b"null", headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert execd.client.post("/session", json={"cwd": None}).status_code == 200
