from __future__ import annotations

import json
import os
import pwd
import re
import socket
from pathlib import Path

import pytest

from opensandbox.local.execd.http.errors import ExecdError
from opensandbox.local.execd.run.environment import command_identity
from tests.local.execd.daemon import Execd, events, running_execd, until


def texts(found, kind="stdout"):
    return [event["text"] for event in found if event["type"] == kind]


def background(execd: Execd, command: str, **options) -> str:
    response = execd.client.post("/command", json={"command": command, "background": True, **options})
    first, last = events(response.text)
    assert last["type"] == "execution_complete"
    return first["text"]


def status(execd: Execd, command_id: str):
    return execd.client.get(f"/command/status/{command_id}").json()


def test_stream_begins_with_init_and_ping_and_ends_with_completion(execd):
    response = execd.client.post("/command", json={"command": "echo hi"})
    found = [json.loads(piece) for piece in response.text.split("\n\n")[:-1]]
    assert [event["type"] for event in found] == ["init", "ping", "stdout", "execution_complete"]
    assert re.fullmatch("[0-9a-f]{32}", found[0]["text"])
    assert found[2]["text"] == "hi"
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["transfer-encoding"] == "chunked"


def test_exit_status_is_the_value_of_the_error(execd):
    *_, out, error = execd.run("echo before; exit 7")
    assert out["text"] == "before"
    assert error["error"] == {"ename": "CommandExecError", "evalue": "7", "traceback": ["exit status 7"]}


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("printf 'a\\nb\\n'", ["a", "b"]),
        ("printf 'a\\r\\nb'", ["a", "b"]),
        ("printf 'a\\n\\nb\\n'", ["a", "\n", "b"]),
        ("printf '1%%\\r2%%\\rdone\\n'", ["1%", "2%", "done"]),
        ("printf 'a\\r'; sleep 0.1; printf '\\nb\\n'", ["a", "b"]),
        ("printf '\\303'; sleep 0.1; printf '\\244\\n'", ["ä"]),
        ("printf 'x\\377y\\n'", ["x\ufffdy"]),
        ("printf '\\303'", ["\ufffd"]),
        ("printf ''", []),
        ("printf '<&>\\342\\200\\250\\n'", ["<&>\u2028"]),
    ],
)
def test_output_is_cut_into_lines(execd, program, lines):
    assert texts(execd.run(program)) == lines


def test_html_characters_are_escaped_on_the_wire(execd):
    content = execd.client.post("/command", json={"command": "echo '<&>'"}).content
    assert rb'"\u003c\u0026\u003e"' in content


def test_stderr_has_events_of_its_own(execd):
    found = execd.run("echo out; echo err >&2")
    assert texts(found) == ["out"]
    assert texts(found, "stderr") == ["err"]


def test_line_of_32_mib_arrives_whole_and_in_linear_time(execd):
    (line,) = texts(execd.run("head -c 33554432 /dev/zero | tr '\\0' x"))
    assert line == "x" * 33554432
    # Its own work, not how long it took: copying again at each piece would move tens of GiB.
    assert execd.processor_time() < 10


def test_200000_lines_arrive_in_order(execd):
    assert texts(execd.run("seq 200000")) == [str(number) for number in range(1, 200001)]


def test_output_arrives_while_the_command_runs(execd, tmp_path):
    gate = tmp_path / "gate"
    command = f"echo first; until test -e {gate}; do sleep 0.05; done; echo second"
    with execd.client.stream("POST", "/command", json={"command": command}) as response:
        seen = ""
        for piece in response.iter_text():
            seen += piece
            if "first" in seen and not gate.exists():
                assert "second" not in seen
                gate.touch()
    assert texts(events(seen)) == ["first", "second"]


def test_silent_command_is_pinged(execd):
    response = execd.client.post("/command", json={"command": "sleep 3.5"})
    assert response.text.count('"ping"') == 2


def test_argv_runs_without_a_shell(execd):
    found = execd.run(["printf", "%s\n", "$HOME", "a b"])
    assert texts(found) == ["$HOME", "a b"]


def test_request_variables_win_over_the_file_and_the_file_over_the_daemon(tmp_path):
    with running_execd(tmp_path, LAYER="daemon", ONLY_DAEMON="1") as execd:
        show = 'echo "$LAYER $ONLY_DAEMON"'
        assert texts(execd.run(show)) == ["daemon 1"]
        execd.run("""printf "LAYER='file'\\n" >> "$EXECD_ENVS" """)
        assert texts(execd.run(show)) == ["file 1"]
        assert texts(execd.run(show, envs={"LAYER": "$request"})) == ["$request 1"]


def test_working_directory_is_expanded(execd, tmp_path):
    work = execd.directory.parent / "work"
    assert texts(execd.run("pwd")) == [str(work)]
    (work / "below").mkdir()
    for given in ("~/below", "$HOME/below", "${HOME}/below", "below"):
        assert texts(execd.run("pwd", cwd=given)) == [str(work / "below")]


@pytest.mark.parametrize("replaced", [False, True], ids=["gone", "a file"])
def test_commands_run_where_the_working_directory_is_gone(tmp_path, replaced):
    with running_execd(tmp_path) as execd:
        execd.run(f"cd /; rm -rf {tmp_path}/work" + (f"; touch {tmp_path}/work" if replaced else ""))
        found = execd.run("pwd")
        assert texts(found) == ["/"]
        assert texts(found, "stderr") == [f"the working directory {tmp_path}/work is gone; going on in /"]
        execd.run(f"rm -f {tmp_path}/work; mkdir {tmp_path}/work")
        found = execd.run("pwd")
        assert (texts(found), texts(found, "stderr")) == ([f"{tmp_path}/work"], [])


@pytest.mark.parametrize("background", [False, True])
def test_a_command_longer_than_an_argument_may_be_runs(execd, background):
    command = f"nosuch\necho $0 $# {'x' * 300_000} | wc -c; echo lines >&2; exit 3"
    if background:
        command_id = execd.client.post("/command", json={"command": command, "background": True})
        number = events(command_id.text)[0]["text"]
        until(lambda: not status(execd, number)["running"])
        assert status(execd, number)["exit_code"] == 3
        return
    found = execd.run(command)
    (name,) = texts(execd.run("echo $0"))
    assert texts(found) == [str(len(f"{name} 0 ") + 300_001)]
    assert "line 1: nosuch" in texts(found, "stderr")[0]
    assert found[-1]["error"]["evalue"] == "3"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"command": "true", "envs": {"LONG": "x" * 200_000}}, "'LONG' has 200,005 bytes"),
        ({"command": "true", "envs": {f"N{n}": "x" * 100_000 for n in range(80)}}, "bytes together"),
        ({"argv": ["/bin/true", "x" * 200_000]}, "the argument 1 has 200,000 bytes"),
    ],
    ids=["a variable", "all variables", "an argument"],
)
def test_what_no_program_can_be_given_is_refused_with_its_size(execd, body, words):
    response = execd.client.post("/command", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST_BODY")
    assert words in response.json()["message"]
    assert "pass" in response.json()["message"]


def test_a_variable_of_the_file_that_is_too_long_holds_nothing_up(tmp_path):
    with running_execd(tmp_path) as execd:
        execd.run('{ echo SHORT=1; echo "LONG=$(head -c 200000 /dev/zero | tr "\\0" x)"; } >> "$EXECD_ENVS"')
        assert texts(execd.run('echo "$SHORT[$LONG]"')) == ["1[]"]


def test_pipes_in_place_of_what_the_daemon_reads_hold_nothing_up(tmp_path):
    with running_execd(tmp_path) as execd:
        execd.run('rm -f "$EXECD_ENVS"; mkfifo "$EXECD_ENVS"')
        assert texts(execd.run("echo on")) == ["on"]
        command_id = background(execd, "echo logged")
        until(lambda: not status(execd, command_id)["running"])
        (log,) = tmp_path.rglob(command_id)
        log.unlink()
        os.mkfifo(log)
        assert execd.client.get(f"/command/{command_id}/logs").status_code == 500
        assert texts(execd.run("echo on")) == ["on"]


def test_status_of_a_command_that_failed_says_so(execd):
    command_id = background(execd, "exit 4")
    until(lambda: not status(execd, command_id)["running"])
    assert (status(execd, command_id)["exit_code"], status(execd, command_id)["error"]) == (
        4,
        "exit status 4",
    )
    command_id = background(execd, "true")
    until(lambda: not status(execd, command_id)["running"])
    assert "error" not in status(execd, command_id)


@pytest.mark.parametrize("name", ["argv", "envs", "cwd", "background", "timeout", "uid", "gid"])
def test_null_is_as_good_as_nothing(execd, name):
    assert texts(execd.run("echo on", **{name: None})) == ["on"]


def test_stdin_is_empty(execd):
    assert texts(execd.run("cat; echo end")) == ["end"]


def test_timeout_kills_the_whole_group(execd, tmp_path):
    pid_file = tmp_path / "pid"
    found = execd.run(f"sleep 600 & echo $! > {pid_file}; wait", timeout=300)
    assert found[-1]["error"]["evalue"] == "-1"
    assert "300 ms" in found[-1]["error"]["traceback"][0]
    until(lambda: not alive(int(pid_file.read_text())))


def test_signal_gives_exit_code_minus_one(execd):
    error = execd.run("kill -SEGV $$")[-1]["error"]
    assert error["evalue"] == "-1"
    assert error["traceback"] == ["ended by signal 11, SIGSEGV"]


def test_program_that_cannot_be_started_has_no_status(execd):
    first, error = execd.run(["/does/not/exist"])
    assert "No such file" in error["error"]["evalue"]
    assert execd.client.get(f"/command/status/{first['text']}").status_code == 404


def test_interrupt_ends_a_foreground_command(execd, tmp_path):
    mark = tmp_path / "mark"
    command = f"trap 'echo bye; exit 5' TERM; touch {mark}; while true; do sleep 0.05; done"
    with execd.client.stream("POST", "/command", json={"command": command}) as response:
        pieces = response.iter_text()
        seen = next(pieces)
        until(mark.exists)
        assert execd.client.delete("/command", params={"id": events(seen)[0]["text"]}).status_code == 200
        seen += "".join(pieces)
    assert texts(events(seen)) == ["bye"]
    assert events(seen)[-1]["error"]["evalue"] == "5"


def test_interrupt_kills_what_ignores_it(execd, tmp_path):
    mark = tmp_path / "mark"
    command_id = background(execd, f"trap '' TERM; touch {mark}; while true; do sleep 0.05; done")
    until(mark.exists)
    assert execd.client.delete("/command", params={"id": command_id}).status_code == 200
    ended = status(execd, command_id)
    assert (ended["running"], ended["exit_code"]) == (False, -1)
    assert execd.client.delete("/command", params={"id": command_id}).status_code == 500


def test_background_command_is_followed_by_status_and_logs(execd, tmp_path):
    gate = tmp_path / "gate"
    command = f"echo one; echo two >&2; until test -e {gate}; do sleep 0.05; done; echo three; exit 4"
    command_id = background(execd, command)

    def logs(cursor=0):
        response = execd.client.get(f"/command/{command_id}/logs", params={"cursor": cursor})
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        return response.text, int(response.headers["EXECD-COMMANDS-TAIL-CURSOR"])

    until(lambda: logs() == ("one\ntwo\n", 8))
    running = status(execd, command_id)
    assert running["running"] is True
    assert running["content"] == command
    assert "exit_code" not in running
    assert "finished_at" not in running
    gate.touch()
    until(lambda: not status(execd, command_id)["running"])
    assert logs(8) == ("three\n", 14)
    assert logs(14) == ("", 14)
    assert logs(99) == ("", 14)
    assert logs("nonsense")[1] == 14
    assert status(execd, command_id)["exit_code"] == 4
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}[+-]\d\d:\d\d", status(execd, command_id)["finished_at"]
    )


def test_background_timeout_applies(execd):
    command_id = background(execd, "sleep 600", timeout=200)
    until(lambda: not status(execd, command_id)["running"])
    assert status(execd, command_id)["exit_code"] == -1


def test_background_command_that_cannot_start_tells_at_once(execd):
    response = execd.client.post("/command", json={"argv": ["/does/not/exist"], "background": True})
    first, failure = events(response.text)
    assert failure["code"] == "RUNTIME_ERROR"
    assert status(execd, first["text"])["exit_code"] == 255


def test_process_goes_on_when_the_client_leaves(execd, tmp_path):
    done = tmp_path / "done"
    command = f"for i in $(seq 200000); do echo $i; done; touch {done}; exit 6"
    with execd.client.stream("POST", "/command", json={"command": command}) as response:
        command_id = events(next(response.iter_text()).split("\n\n")[0])[0]["text"]
    until(done.exists)
    until(lambda: not status(execd, command_id)["running"])
    assert status(execd, command_id)["exit_code"] == 6


def test_slow_client_holds_the_program_back(execd):
    body = json.dumps({"command": "yes 0123456789"}).encode()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(execd.directory / "execd.sock"))
        client.sendall(
            b"POST /command HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        head = client.recv(4096)
        command_id = re.search(rb"[0-9a-f]{32}", head)[0].decode()
        before = resident_kib(execd.process.pid)
        # `yes` fills any unbounded buffer with gigabytes long before this many round trips are done.
        for _ in range(300):
            execd.client.get("/ping")
        until(lambda: waiting_to_write("yes"))
        assert resident_kib(execd.process.pid) - before < 64 << 10
        execd.client.delete("/command", params={"id": command_id})


def test_child_that_outlives_the_command_may_go_on_writing(execd, tmp_path):
    gate, done = tmp_path / "gate", tmp_path / "done"
    command = f"(until test -e {gate}; do sleep 0.05; done; seq 100000 && touch {done}) & echo started"
    assert texts(execd.run(command)) == ["started"]
    gate.touch()
    until(done.exists)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"command":""}',
        b'{"command":5}',
        b'{"command":"a\\u0000b"}',
        b'{"command":"true","argv":["true"]}',
        b'{"argv":[]}',
        b'{"argv":[""]}',
        b'{"argv":["true",null]}',
        b'{"argv":["tr\\u0000ue"]}',
        b'{"command":"true","timeout":-1}',
        b'{"command":"true","timeout":"1"}',
        b'{"command":"true","gid":0}',
        b'{"command":"true","uid":-1}',
        b'{"command":"true","cwd":"/does/not/exist"}',
        b'{"command":"true","cwd":"$UNDEFINED_HERE/x"}',
        b'{"command":"true","cwd":5}',
        b'{"command":"true","envs":["A"]}',
        b'{"command":"true","envs":{"A":1}}',
        b'{"command":"true","envs":{"A=B":"1"}}',
    ],
)
def test_bad_command_is_refused(execd, body):
    response = execd.client.post("/command", content=body)
    assert response.status_code == 400
    assert response.json()["code"] == "INVALID_REQUEST_BODY"
    assert response.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status_code", "code"),
    [
        ("DELETE", "/command", 400, "MISSING_QUERY"),
        ("DELETE", "/command?id=", 400, "MISSING_QUERY"),
        ("DELETE", "/command?id=unknown", 500, "RUNTIME_ERROR"),
        ("GET", "/command/status/unknown", 404, "INVALID_REQUEST_BODY"),
        ("GET", "/command/unknown/logs", 400, "INVALID_REQUEST_BODY"),
    ],
)
def test_unknown_command_is_refused(execd, method, path, status_code, code):
    response = execd.client.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status_code, code)


def test_logs_need_a_background_command_and_a_position(execd):
    first = execd.run("true")[0]["text"]
    assert execd.client.get(f"/command/{first}/logs").status_code == 400
    command_id = background(execd, "true")
    assert execd.client.get(f"/command/{command_id}/logs?cursor=-1").status_code == 400


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take on another identity")
def test_command_runs_under_another_identity(execd):
    assert texts(execd.run("id -u; id -g; id -G", uid=12345, gid=54321)) == ["12345", "54321", "54321"]
    refused = execd.client.post("/command", json={"command": "true", "uid": 12345})
    assert refused.status_code == 400
    assert "gid" in refused.json()["message"]


def test_command_takes_on_no_identity_that_it_has_already(execd):
    own = [str(os.getuid()), str(os.getgid())]
    assert texts(execd.run("id -u; id -g", uid=os.getuid(), gid=os.getgid())) == own
    assert texts(execd.run("id -u; id -g", uid=os.getuid())) == own


def test_own_ids_need_no_account(monkeypatch):
    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert command_identity(os.getuid(), None) is None
    with pytest.raises(ExecdError, match="no account"):
        command_identity(os.getuid() + 1, None)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def waiting_to_write(program: str) -> bool:
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == program and (comm.parent / "wchan").read_text() in (
                "pipe_write",
                "anon_pipe_write",
            ):
                return True
        except FileNotFoundError:
            continue
    return False


def test_of_long_output_in_the_background_the_last_part_is_kept_and_the_rest_is_told(execd: Execd) -> None:
    command = "head -c 200M /dev/zero; echo; echo the end"
    command_id = background(execd, command)
    until(lambda: not status(execd, command_id)["running"])
    answer = execd.client.get(f"/command/{command_id}/logs")
    size = (200 << 20) + len("\nthe end\n")
    assert answer.headers["EXECD-COMMANDS-TAIL-CURSOR"] == str(size)
    remark, _, rest = answer.content.partition(b"\n")
    assert remark == b"[%d bytes of earlier output were not kept]" % (size - (64 << 20))
    assert len(rest) == 64 << 20
    assert rest.endswith(b"\nthe end\n")
    tail = execd.client.get(f"/command/{command_id}/logs", params={"cursor": size - 8})
    assert tail.text == "the end\n"
