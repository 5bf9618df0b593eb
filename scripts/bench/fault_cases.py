"""The faults: what the deployment does, what the client asks of it, and what is worth telling about how that ends."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.deployment import COMPLETE, EVENTS, INIT, OUTPUT, STREAM_HEAD, Deployment
from tests.support.faults import (
    APP,
    HOLD,
    RST,
    RST_ON_NEXT,
    WORK,
    Drip,
    FaultServer,
    Gate,
    Request,
    Step,
    answer,
    chunk,
)

TEXT = "grüße"
CREATE = "POST /v1/sandboxes"
PING = "GET /at/*/44772/ping"
COMMAND = "POST /at/box/44772/command"
GET = "GET /v1/sandboxes/box"
PAUSE = "POST /v1/sandboxes/box/pause"
HTML = b"<html>gateway</html>"
CONFLICT = {"code": "SANDBOX::CONFLICT", "message": "not now"}
REQUEST_TIMEOUT = 2.0
"""Seconds; that of the program."""


class Elsewhere(FaultServer):
    """A server of another origin, on another host as well."""

    host = "127.0.0.2"


class Stage:
    """A deployment with a sandbox in it, and a server of another origin."""

    def __init__(self, deployment: Deployment, elsewhere: FaultServer) -> None:
        self.deployment = deployment
        self.elsewhere = elsewhere
        self.record = deployment.add("box")
        self.interrupt_at: Gate | None = None
        """Where the client gets an interrupt; then the deployment goes on."""
        self.went_on = threading.Event()

    def left(self, seen: Seen) -> str:
        """Say how many sandboxes there are that nobody knows of."""
        return f"{len(self.deployment.alive.keys() - {'box', seen.get('sandbox')})} left"


Seen = dict[str, Any]
"""What the program printed; nothing if it had to be ended."""


def ending(seen: Seen, stage: Stage) -> str:
    """Say how it ended."""
    if not seen:
        return "waits without end"
    return seen.get("raised") or "returns"


def output(seen: Seen, stage: Stage) -> str:
    """Say what a command came to, and whether the output that was received is in what was returned or raised."""
    if not seen:
        return ending(seen, stage)
    how = f"returns, exit code {seen['exit_code']}" if "returned" in seen else seen["raised"]
    return f"{how}; output {'kept' if (seen['output'] or '').strip() == TEXT else 'lost'}"


def leftovers(seen: Seen, stage: Stage) -> str:
    """Say how it ended, and for the sandboxes."""
    return f"{ending(seen, stage)}; {stage.left(seen)}"


def status(seen: Seen, stage: Stage) -> str:
    """Say whether the status is told."""
    return f"{ending(seen, stage)}; status {seen.get('status') or 'lost'}"


def code(seen: Seen, stage: Stage) -> str:
    """Say whether the code of the server is told."""
    return f"{status(seen, stage)}; code {'kept' if seen.get('code') == CONFLICT['code'] else 'lost'}"


def seconds(seen: Seen, stage: Stage) -> str:
    """Say how it ended and when."""
    return f"{ending(seen, stage)} after {seen['seconds']:.0f} s" if seen else ending(seen, stage)


def carried(seen: Seen, stage: Stage) -> str:
    """Say which secrets went to the other origin."""
    if not stage.elsewhere.requests:
        return f"{ending(seen, stage)}; not followed"
    names = sorted(
        {
            name
            for request in stage.elsewhere.requests
            for name, value in request.headers.items()
            if "secret" in value
        }
    )
    return f"{ending(seen, stage)}; sends {', '.join(names) or 'none'}"


def size(seen: Seen, stage: Stage) -> str:
    """Say how it ended, and how much memory it took on top of what it had."""
    return f"{ending(seen, stage)}; {seen['grown'] // 100 * 100} MiB more" if seen else ending(seen, stage)


def arrived(seen: Seen, stage: Stage) -> str:
    """Say how it ended, and whether the content of the file arrived."""
    bodies = b"".join(request.body for request in stage.deployment.requests if "upload" in request.path)
    return f"{ending(seen, stage)}; content {'arrived' if b'Linux version' in bodies else 'lost'}"


def named(seen: Seen, stage: Stage) -> str:
    """Say how it ended, and whether the error says which argument it is about."""
    message = str(seen.get("message"))
    return f"{ending(seen, stage)}; {'names' if message.startswith('command ') else 'does not name'} the argument"


def builtin(seen: Seen, stage: Stage) -> str:
    """Say how it ended, and which of the builtin classes that is."""
    return (
        f"{ending(seen, stage)}, {seen.get('builtin') or 'no builtin class'}" if seen else ending(seen, stage)
    )


@dataclass(frozen=True)
class Case:
    """A row: `prepare` sets the fault up, `action` is that of `programs/faults.py`, `tell` words the outcome."""

    fault: str
    action: str
    prepare: Callable[[Stage], None]
    tell: Callable[[Seen, Stage], str] = ending


def scripted(route: str, *steps: Step) -> Callable[[Stage], None]:
    """Answer the next request of a route like this."""
    return lambda stage: stage.deployment.script(route, steps)


def _events(*steps: Step) -> Callable[[Stage], None]:
    return scripted(COMMAND, STREAM_HEAD, *steps)


def _interrupted_create(stage: Stage) -> None:
    make = stage.deployment.app

    def made(request: Request) -> bytes:
        try:
            return make(request)
        finally:
            if request.line == CREATE:
                stage.went_on.set()

    # Deaf: the deployment does what it was asked for, whether the client is still there or not.
    stage.interrupt_at = Gate(deaf=True)
    stage.deployment.app = made
    stage.deployment.script(CREATE, [stage.interrupt_at, APP])


def _never_ready(stage: Stage) -> None:
    stage.deployment.always(PING, [answer(503, {"code": "STARTING", "message": "not yet"})])


def _record(**members: object) -> Callable[[Stage], None]:
    return lambda stage: stage.deployment.script(GET, [answer(200, {**stage.record, **members})])


def _redirect(stage: Stage) -> None:
    stage.elsewhere.always("GET /there", [answer(200, stage.record)])
    stage.deployment.script(GET, [answer(307, location=f"http://{stage.elsewhere.address}/there")])


def _slow_record(stage: Stage) -> None:
    whole = answer(200, stage.record)
    start, _, body = whole.partition(b"\r\n\r\n")
    every = 6 * REQUEST_TIMEOUT / len(body)
    stage.deployment.script(GET, [start + b"\r\n\r\n", Drip(body, every=every)])


def _key_asked_for(stage: Stage) -> None:
    stage.elsewhere.always("** **", [answer(404, {"code": "NO", "message": ""})])
    stage.deployment.always(LOOKUP, [answer(200, {"endpoint": f"{stage.elsewhere.address}/at/box"})])


def _endpoint_with_length(stage: Stage) -> None:
    endpoint = {"endpoint": f"{stage.deployment.address}/at/box/44772", "headers": {"Content-Length": "5"}}
    stage.deployment.always(LOOKUP, [answer(200, endpoint)])


def _zipped(record: dict[str, Any]) -> bytes:
    body = gzip.compress(json.dumps({**record, "padding": "x" * (400 * MIB)}).encode(), 6)
    return answer(200, body, content_type="application/json", content_encoding="gzip")


MIB = 1 << 20
LOOKUP = "GET /v1/sandboxes/box/endpoints/*"
KILL = "DELETE /v1/sandboxes/box"
PIECE = chunk(b"x" * MIB)
MISSING = {"code": "FILE_NOT_FOUND", "message": "open /a: no such file or directory"}
IS_A_DIRECTORY = {"code": "RUNTIME_ERROR", "message": "read /a: is a directory"}
DOWNLOAD = "GET /at/box/44772/files/download"

ENVELOPE = b'{"code": "RUNTIME_ERROR", "message": "the shell is gone"}\n\n'
PRINTED = chunk(INIT + OUTPUT)
END = chunk(b"")

CASES = (
    Case("stream reset before its final event", "run", _events(PRINTED, RST), output),
    Case("stream that ends properly, but without a final event", "run", _events(PRINTED, END), output),
    Case("stream reset after its final event", "run", _events(chunk(EVENTS), RST), output),
    Case("event that is no JSON", "run", _events(PRINTED, chunk(b"{not json}\n\n" + COMPLETE), END), output),
    Case("bare error envelope in a stream", "run", _events(PRINTED, chunk(ENVELOPE), END), output),
    Case("silence in a stream, limited to 2 s", "run_with_idle_limit", _events(PRINTED, HOLD), output),
    Case("handler that raises KeyError", "run_with_handler", lambda stage: None),
    Case("create interrupted while its POST is in flight", "create", _interrupted_create, leftovers),
    Case("create that never gets ready", "create", _never_ready, leftovers),
    Case(
        "answer to create lost by a reset, retry configured",
        "create_with_retry",
        scripted(CREATE, WORK, RST),
        leftovers,
    ),
    Case(
        "answer to create replaced by a 502, retry configured",
        "create_with_retry",
        scripted(CREATE, WORK, answer(502, HTML)),
        leftovers,
    ),
    Case("kept-alive connection dies under a GET", "get_twice", scripted(GET, APP, RST_ON_NEXT)),
    Case("kept-alive connection dies under a POST", "get_and_pause", scripted(GET, APP, RST_ON_NEXT)),
    Case("404 with an HTML body", "get", scripted(GET, answer(404, HTML, content_type="text/html")), status),
    Case("409 with a code, from create", "create", scripted(CREATE, answer(409, CONFLICT)), code),
    Case("409 with a code, from pause", "pause", scripted(PAUSE, answer(409, CONFLICT)), code),
    Case("520 with an HTML body", "get", scripted(GET, answer(520, HTML, content_type="text/html")), status),
    Case("word unknown to an enum, in a 200", "get", _record(platform={"os": "plan9", "arch": "pdp11"})),
    Case("null for an optional member, in a 200", "get", _record(image=None, metadata=None, expiresAt=None)),
    Case("redirect to another origin, to be followed", "follow", _redirect, carried),
    Case("body that trickles for 12 s, request timeout 2 s", "get_with_limit", _slow_record, seconds),
    Case("line of 400 MiB without an end in a stream", "run", _events(PRINTED, *[PIECE] * 400, RST), size),
    Case(
        "JSON of 400 MiB, compressed to 400 KiB",
        "get",
        lambda stage: stage.deployment.script(GET, [_zipped(stage.record)]),
        size,
    ),
    Case("half an emoji in a command", "run_half_an_emoji", lambda stage: None, named),
    Case("file that is missing, read", "read", scripted(DOWNLOAD, answer(404, MISSING)), builtin),
    Case("directory, read as a file", "read", scripted(DOWNLOAD, answer(500, IS_A_DIRECTORY)), builtin),
    Case(
        "file of /proc, which tells a length of 0, written",
        "write_a_file_of_proc",
        lambda stage: None,
        arrived,
    ),
    Case("answer to kill lost by a reset", "kill", scripted(KILL, WORK, RST)),
    Case("endpoint with a Content-Length of the server's", "run", _endpoint_with_length),
    Case("endpoint on another host, use_server_proxy", "run_through_server", _key_asked_for, carried),
)
