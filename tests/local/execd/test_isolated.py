from __future__ import annotations

import json
import socket
import uuid

import pytest

from tests.local.execd.daemon import events, until

BASE = "/v1/isolated/session"


@pytest.fixture
def workspace(execd):
    path = execd.directory.parent / "work" / uuid.uuid4().hex
    path.mkdir()
    (path / "lower.txt").write_text("lower")
    return path


class Session:
    def __init__(self, execd, **request):
        self.client = execd.client
        answer = self.client.post(BASE, json=request)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["session_id"]
        self.url = f"{BASE}/{self.id}"

    def run(self, code, **options):
        answer = self.client.post(f"{self.url}/run", json={"code": code, **options})
        assert answer.status_code == 200, answer.text
        return events(answer.text)

    def lines(self, code, **options):
        *output, last = self.run(code, **options)
        assert last["type"] == "execution_complete", last
        assert "execution_time" not in last
        return [event["text"] for event in output]


@pytest.fixture
def isolated(execd):
    made = []

    def make(**request):
        made.append(Session(execd, **request))
        return made[-1]

    yield make
    for session in made:
        execd.client.delete(session.url)


@pytest.fixture
def session(isolated, workspace):
    return isolated(workspace={"path": str(workspace)})


def test_capabilities_tell_that_bubblewrap_works(execd):
    answer = execd.client.get("/v1/isolated/capabilities").json()
    assert answer["available"] is True
    assert answer["isolator"] == "bubblewrap"
    assert answer["version"][0].isdigit()
    assert answer["commit_supported"] is False


def test_state_persists_between_runs(session, workspace):
    assert session.lines("pwd; cd /usr; export A=1; B=2; greet() { echo hello; }") == [str(workspace)]
    assert session.lines("pwd; echo $A$B; greet") == ["/usr", "12", "hello"]


def test_run_with_variables_keeps_nothing(session):
    assert session.lines("cd /usr; X=1; echo $GIVEN", envs={"GIVEN": "it's"}) == ["it's"]
    assert session.lines('echo "[$GIVEN$X]"; pwd')[0] == "[]"


def test_failure_is_told_with_its_code(session):
    *output, error = session.run("echo err >&2; (exit 7)")
    assert output[0]["text"] == "err"
    assert error["error"] == {"ename": "ExitError", "evalue": "7", "traceback": None}
    assert error["text"] == "command exited with code 7"


def test_runs_are_serialized(session):
    import threading

    seen = []
    first = threading.Thread(target=lambda: seen.append(session.lines("sleep 0.5; echo first")))
    first.start()
    until(lambda: session.client.get(session.url).json()["status"] == "active")
    seen.append(session.lines("echo second"))
    first.join()
    assert sorted(map(tuple, seen)) == [("first",), ("second",)]


def test_timeout_interrupts_the_run_and_the_session_survives(session):
    session.run("KEPT=1")
    *_, error = session.run("while :; do :; done", timeout_seconds=1)
    assert error["error"]["ename"] == "RuntimeError"
    *_, error = session.run("sleep 600", timeout_seconds=1)
    assert error["error"]["ename"] == "RuntimeError"
    assert session.lines("echo $KEPT") == ["1"]


def test_client_that_leaves_interrupts_the_run(session, workspace):
    with session.client.stream("POST", f"{session.url}/run", json={"code": "echo on; sleep 600"}) as response:
        pieces = response.iter_text()
        assert "on" in next(pieces)
    assert session.lines("echo next") == ["next"]


def test_exit_ends_the_run_and_neither_the_session_nor_its_files(session):
    found = session.run("cd /usr; X=1; echo kept > /tmp/file; exit 3")
    assert [event["type"] for event in found] == ["error"]
    assert found[-1]["error"]["evalue"] == "3"
    assert session.lines('cat /tmp/file; echo "[$X]"') == ["kept", "[]"]
    for run, code in [
        ("false; exit", "1"),
        ("kill -9 $$", "137"),
        ("(exit 4)", "4"),
        ("set -e; (exit 5)", "5"),
    ]:
        found = session.run(run)
        assert ([event["text"] for event in found[:-1]], found[-1]["error"]["evalue"]) == ([], code), run
    assert session.client.get(session.url).json()["status"] == "active"


def test_session_whose_shell_has_gone_says_so(session):
    assert session.run("kill -9 $PPID; sleep 60")[-1]["error"]["evalue"] == "session process has exited"
    assert session.run("echo x")[-1]["error"]["evalue"] == "session process has exited"
    assert session.client.get(session.url).json()["status"] == "dead"
    refused = session.client.post(f"{session.url}/run", json={"code": "true", "background": True})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("mode", "inside", "outside"),
    [("rw", "new", "new"), ("overlay", "new", "lower"), ("ro", "lower", "lower")],
)
def test_mount_modes(isolated, workspace, mode, inside, outside):
    session = isolated(workspace={"path": str(workspace), "mode": mode})
    session.run(f"echo -n new > {workspace}/lower.txt")
    assert session.lines(f"cat {workspace}/lower.txt") == [inside]
    assert (workspace / "lower.txt").read_text() == outside


def test_overlay_in_memory(isolated, workspace):
    session = isolated(overlays=[{"path": str(workspace), "persist": False}])
    session.run("echo -n new > lower.txt")
    assert session.lines("cat lower.txt") == ["new"]
    assert (workspace / "lower.txt").read_text() == "lower"


def test_session_sees_neither_processes_nor_network_nor_daemon_outside(execd, session, workspace):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert session.run(f"exec 2>/dev/null 3<>/dev/tcp/127.0.0.1/{port}")[-1]["type"] == "error"
    pid = execd.process.pid
    assert session.lines(f"kill -0 {pid} 2>/dev/null || echo out of reach") == ["out of reach"]
    assert session.lines(f"ls {execd.directory}") == ["isolated"]
    assert session.lines("touch /usr/x 2>/dev/null || echo read-only") == ["read-only"]


def test_extra_mounts(isolated, workspace):
    (workspace / "more").mkdir()
    (workspace / "source").mkdir()
    session = isolated(
        workspace={"path": str(workspace), "mode": "ro"},
        extra_writable=[f"{workspace}/more"],
        binds=[{"source": f"{workspace}/source", "dest": "/mnt", "readonly": True}],
    )
    session.run(f"touch {workspace}/more/written")
    assert (workspace / "more" / "written").exists()
    assert session.lines("touch /mnt/x 2>/dev/null || echo read-only") == ["read-only"]


def test_variables_that_get_in(execd, isolated, workspace):
    request = {"workspace": {"path": str(workspace)}}
    show = "echo ${EXECD_ENVS:+known}"
    assert isolated(**request).lines(show) == ["known"]
    assert isolated(**request, profile="strict").lines(f"{show}; command -v ls >/dev/null") == ["\n"]
    allow = {"mode": "allow", "keys": ["EXECD_ENVS"]}
    assert isolated(**request, profile="strict", env_passthrough=allow).lines(show) == ["known"]
    assert isolated(**request, env_passthrough={"mode": "deny", "keys": ["EXECD_ENVS"]}).lines(show) == ["\n"]


def test_user_namespace_identity(isolated, workspace):
    session = isolated(workspace={"path": str(workspace)}, uid=1234, gid=4321, uid_mode="userns")
    assert session.lines("id -u; id -g") == ["1234", "4321"]


def test_background_run_is_followed_by_status_and_logs(session, workspace):
    answer = session.client.post(
        f"{session.url}/run",
        json={"code": 'echo "one $X"; until test -e gate; do sleep 0.05; done; echo two; exit 4', "background": True,
              "envs": {"X": "x"}},
    )  # fmt: skip
    assert answer.status_code == 202
    run = f"{session.url}/runs/{answer.json()['run_id']}"

    def logs(cursor):
        return session.client.get(f"{run}/logs", params={"cursor": cursor})

    until(lambda: logs(0).text == "one x\n")
    assert session.client.get(run).json()["running"] is True
    assert session.lines("touch gate; echo free") == ["free"]
    until(lambda: not session.client.get(run).json()["running"])
    assert session.client.get(run).json()["exit_code"] == 4
    assert (logs(6).text, logs(6).headers["EXECD-ISOLATED-TAIL-CURSOR"]) == ("two\n", "10")
    assert logs(99).text == ""
    assert logs(-1).status_code == 400
    assert logs("x").status_code == 400


def test_background_run_keeps_the_last_of_its_output(session):
    kept = 16 << 20
    code = "head -c 20000000 /dev/zero | tr '\\0' x; printf end; (until test -e gate; do sleep 0.05; done; echo late; touch done) &"
    answer = session.client.post(f"{session.url}/run", json={"code": code, "background": True})
    run = f"{session.url}/runs/{answer.json()['run_id']}"
    until(lambda: not session.client.get(run).json()["running"])
    for cursor in (0, 5, 20_000_003 - kept):
        logs = session.client.get(f"{run}/logs", params={"cursor": cursor})
        assert logs.headers["EXECD-ISOLATED-TAIL-CURSOR"] == "20000003"
        assert logs.text == "x" * (kept - 3) + "end"
    part = session.client.get(f"{run}/logs", params={"cursor": 19_999_999})
    assert part.text == "xend"
    session.run("touch gate; until test -e done; do sleep 0.05; done")
    assert session.client.get(f"{run}/logs", params={"cursor": 20_000_003}).text == ""


def test_state_echoes_the_request_and_lists_the_session(isolated, workspace):
    session = isolated(
        workspace={"path": str(workspace), "mode": "ro"}, idle_timeout_seconds=60, profile="strict"
    )
    state = session.client.get(session.url).json()
    assert state["status"] == "active"
    assert state["workspace"] == {"path": str(workspace), "mode": "ro"}
    assert state["profile"] == "strict"
    assert (state["idle_timeout_seconds"], 0 < state["idle_remaining_seconds"] <= 60) == (60, True)
    listed = session.client.get("/v1/isolated/sessions").json()["sessions"]
    assert session.id in [summary["session_id"] for summary in listed]


def test_state_leaves_out_what_was_null(isolated, workspace):
    given = {"path": str(workspace), "mode": None, "persist": None}
    session = isolated(workspace=given, binds=None, env_passthrough={"mode": None, "keys": ["A"]})
    state = session.client.get(session.url).json()
    assert state["workspace"] == {"path": str(workspace), "mode": "overlay"}
    assert state["env_passthrough"] == {"keys": ["A"]}
    assert "binds" not in state


def test_idle_session_is_cleaned_up(isolated, workspace):
    session = isolated(workspace={"path": str(workspace)}, idle_timeout_seconds=1)
    until(lambda: session.client.get(session.url).status_code == 404)


def test_deleted_session_leaves_nothing(execd, isolated, workspace):
    session = isolated(workspace={"path": str(workspace)})
    session.run("echo x > file")
    assert list((execd.directory / "isolated" / session.id).iterdir())
    assert session.client.delete(session.url).status_code == 200
    assert not (execd.directory / "isolated" / session.id).exists()
    for method, path in [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/runs/x"),
        ("GET", "/runs/x/logs"),
        ("POST", "/run"),
    ]:
        answer = session.client.request(method, session.url + path, json={"code": "true"})
        assert (answer.status_code, answer.json()["code"]) == (404, "SESSION_NOT_FOUND")


def test_files_are_seen_through_the_mounts(session, workspace):
    session.run("echo -n changed > lower.txt; ln -s / out")
    client, path = session.client, f"{workspace}/lower.txt"
    assert client.get(f"{session.url}/files/download", params={"path": path}).text == "changed"
    parts = [("metadata", ("m", json.dumps({"path": f"{workspace}/up.txt"}))), ("file", ("f", b"uploaded"))]
    assert client.post(f"{session.url}/files/upload", files=parts).status_code == 200
    assert session.lines("cat up.txt; echo; stat -c %a up.txt") == ["uploaded", "644"]
    assert not (workspace / "up.txt").exists()
    listed = client.get(f"{session.url}/directories/list", params={"path": str(workspace)}).json()
    assert [record["path"].rpartition("/")[2] for record in listed] == ["lower.txt", "out", "up.txt"]
    through_link = client.get(f"{session.url}/files/info", params={"path": f"{workspace}/out{session.id}"})
    assert through_link.status_code == 404
    permissions = {f"{workspace}/up.txt": {"mode": 600, "owner": "nobody-of-that-name"}}
    assert client.post(f"{session.url}/files/permissions", json=permissions).status_code == 200
    assert client.post(f"{session.url}/directories", json={"/usr/x": {}}).status_code == 500
    assert client.get(f"{BASE}/unknown/files/info").json()["code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"workspace": {"path": "relative"}},
        {"workspace": {"path": "/usr/"}},
        {"workspace": {"path": "/usr/../usr"}},
        {"workspace": {"path": "/"}},
        {"workspace": {"path": "/proc"}},
        {"workspace": {"path": "/does/not/exist"}},
        {"workspace": {"path": "/usr", "mode": "wrong"}},
        {"workspace": {"path": "/usr", "mode": "rw", "persist": True}},
        {"overlays": [{"path": "/usr"}, {"path": "/usr"}]},
        {"overlays": "x"},
        {"workspace": {"path": "/usr"}, "profile": "wrong"},
        {"workspace": {"path": "/usr"}, "uid": -1},
        {"workspace": {"path": "/usr"}, "gid": 5},
        {"workspace": {"path": "/usr"}, "uid_mode": "wrong"},
        {"workspace": {"path": "/usr"}, "binds": [{"source": "/etc"}]},
        {"workspace": {"path": "/usr"}, "binds": [{"source": "/workspace/../etc"}]},
        {"workspace": {"path": "/usr"}, "extra_writable": ["/etc"]},
        {"workspace": {"path": "/usr"}, "env_passthrough": {"mode": "wrong"}},
        {"workspace": {"path": "/usr"}, "idle_timeout_seconds": -1},
    ],
)
def test_bad_session_is_refused(execd, request_):
    answer = execd.client.post(BASE, json=request_)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")


def test_what_cannot_be_had_is_refused(execd, session):
    request = {"workspace": {"path": "/usr"}, "uid": 4242}
    for answer in (
        execd.client.post(BASE, json=request),
        execd.client.post(f"{session.url}/commit"),
        execd.client.get(f"{session.url}/diff"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "NOT_SUPPORTED")


@pytest.mark.parametrize(
    "body",
    [{}, {"code": " "}, {"code": "true", "timeout_seconds": -1}, {"code": "true", "envs": {"A B": "x"}}],
)
def test_bad_run_is_refused(session, body):
    answer = session.client.post(f"{session.url}/run", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST_BODY")
