"""The contract program finds each kind of fault, and names it: a proxy plants one at a time in a good server."""

from __future__ import annotations

import pytest

from opensandbox.contract.orders import CHECKS
from opensandbox.contract.runner import ALL_CHECKS, Runner
from opensandbox.contract.usage import usage
from tests.support.long import some_of
from tests.support.meddling import Meddler
from tests.support.planting import (
    ENVELOPE,
    Plant,
    answers,
    asked_json,
    buffered,
    ends_well,
    expect_named,
    forget,
    kind_becomes,
    loses_one,
    of_events,
    of_json,
    replaced,
    requests,
    second_time,
    status_becomes,
    swallowed,
    terminal_first,
    to,
    with_patience,
    without,
)

pytestmark = pytest.mark.off_contract("faults are planted on purpose")

SANDBOX = "GET /v1/sandboxes/*"
COMMAND = "POST **/command"


# What no schema forgives: a fault, the operation that is tried, the operation that is named, and the words.
SPEC_FAULTS: dict[str, tuple[str, Plant, str]] = {
    "a required member is missing": (
        "get_sandboxes_sandbox_id",
        of_json(SANDBOX, forget("createdAt")),
        '"createdAt" is a required property',
    ),
    "the generated client stumbles over it as well": (
        "get_sandboxes_sandbox_id",
        of_json(SANDBOX, forget("id")),
        "the generated client cannot read the answer: KeyError('id')",
    ),
    "a member has another type": (
        "get_sandboxes_sandbox_id",
        of_json(SANDBOX, lambda body: body.update(entrypoint="tail")),
        "entrypoint",
    ),
    "an instant is none": (
        "get_sandboxes_sandbox_id",
        of_json(SANDBOX, lambda body: body.update(createdAt="yesterday")),
        "createdAt",
    ),
    "a closed schema has one more member": (
        "get_snapshots_snapshot_id",
        of_json("GET /v1/snapshots/*", lambda body: body.update(colour="red")),
        "'colour' was unexpected",
    ),
    "a status that no spec has": (
        "get_sandboxes_sandbox_id",
        status_becomes(SANDBOX, 200, 218),
        "status 218 is not declared",
    ),
    "another success than the declared one": (
        "post_sandboxes",
        status_becomes("POST /v1/sandboxes", 202, 200),
        "status 200 is not declared",
    ),
    "another content type": (
        "getMetrics",
        kind_becomes("GET **/metrics", "text/html"),
        "the answer is text/html",
    ),
    "a body where there is none": (
        "ping",
        answers("GET **/ping", lambda answer: answer.change(lambda _: b"pong")),
        "status 200 has no body in the spec",
    ),
    "no JSON": (
        "getMetrics",
        answers("GET **/metrics", lambda answer: answer.change(lambda _: b"<p>")),
        "the answer is no JSON",
    ),
    "an event that is no JSON": (
        "runCommand",
        answers(COMMAND, lambda answer: answer.change(lambda body: body + b"{oops}\n\n")),
        "is no JSON",
    ),
    "an event with a member of another type": (
        "runCommand",
        of_events(COMMAND, lambda events: [{**event, "timestamp": "now"} for event in events]),
        "timestamp",
    ),
    "an answer without its number": (
        "get_sandboxes",
        answers("GET /v1/sandboxes", lambda answer: answer.headers.pop("x-request-id")),
        "no X-Request-ID",
    ),
    "a failure in no envelope": (
        "get_sandboxes",
        swallowed("GET /v1/sandboxes", 500, {"oops": "x"}),
        '"code" is a required property',
    ),
    "a success that is a refusal": (
        "createSession",
        swallowed("POST **/session", 400, ENVELOPE),
        "400",
    ),
    "an operation that does something else": (
        "downloadFile",
        answers("GET **/files/download", lambda answer: answer.change(lambda body: body.upper())),
        "the file is 'ONE\\nTWO\\n'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", some_of(SPEC_FAULTS, every=3))
def test_what_does_not_fit_the_specs_is_found(fault: str, meddler: Meddler, runner: Runner) -> None:
    name, plant, words = SPEC_FAULTS[fault]
    plant(meddler)
    expect_named(runner.operation(name), words)


# For every named check a server that breaks it, and the words by which that is told.
CHECK_FAULTS: dict[str, tuple[Plant, str]] = {
    "a new sandbox is ready in time": (
        of_json(SANDBOX, lambda body: body["status"].update(state="Pending")),
        "a sandbox whose daemon answers is Pending",
    ),
    "a lifetime is kept": (
        of_json(SANDBOX, lambda body: body.update(expiresAt="2090-01-01T00:00:00Z")),
        "a timeout of 600 s comes to",
    ),
    "a renewal sets the instant": (
        of_json("POST **/renew-expiration", lambda body: body.update(expiresAt="2090-01-01T00:00:00Z")),
        "the answer says 2090",
    ),
    "a renewal into the past is refused": (
        swallowed("POST **/renew-expiration", 200, {"expiresAt": "2020-01-01T00:00:00Z"}),
        "answered 200, not 400",
    ),
    "a pause keeps everything": (
        answers("POST **/pause", second_time(to(202))),
        "pause in the wrong state answers 202",
    ),
    "a deleted sandbox is gone": (swallowed("DELETE /v1/sandboxes/*"), "a deleted sandbox answers 404: not within"),
    "an unknown sandbox is 404 everywhere": (
        status_becomes(SANDBOX, 404, 500),
        "an unknown sandbox is answered {'GET': 500}",
    ),
    "metadata is merged": (
        asked_json("PATCH **/metadata", lambda body: {key: value for key, value in body.items() if value is not None}),
        "two patches come to {'first': '1'",
    ),
    "a wrong key is refused": (status_becomes("GET /v1/sandboxes", 401, 200), "a wrong key is answered 200"),
    "the number of a request comes back": (
        answers("GET /v1/sandboxes", lambda answer: answer.headers.update({"x-request-id": "7"})),
        "is answered with 7",
    ),
    "a program that cannot start is told": (
        of_json(SANDBOX, lambda body: body["status"].update(state="Running")),
        "a program that does not exist is told: not within 1 s",
    ),
    "a paused sandbox wakes on access": (
        of_events(COMMAND, replaced("awake", "asleep")),
        "the command that woke a sandbox says 'asleep'",
    ),
    "pages fit together": (
        of_json("GET /v1/sandboxes", lambda body: body["pagination"].update(page=1)),
        "page 2 of 3 items counts",
    ),
    "the newest is listed first": (
        of_json("GET /v1/sandboxes", lambda body: body["items"].reverse()),
        "the times of creation are listed as",
    ),
    "filters filter": (
        requests("GET /v1/sandboxes", lambda asked: setattr(asked, "target", "/v1/sandboxes")),
        "an unknown label finds",
    ),
    "the events of a command come in order": (
        of_events(COMMAND, terminal_first),
        "after execution_complete comes",
    ),
    "the exit code of a command is in its error event": (
        of_events(COMMAND, lambda events: [
            {**event, "error": {**event["error"], "evalue": "1"}} if event["type"] == "error" else event
            for event in events
        ]),
        "`exit 7` is told as",
    ),
    "no output of a command is lost": (of_events(COMMAND, loses_one), "of 1000 lines 1 are lost"),
    "output arrives while a command runs": (answers(COMMAND, buffered), "s before the end"),
    "the time limit of a command ends it": (
        of_events(COMMAND, ends_well),
        "the run ends with ['execution_complete']",
    ),
    "a background command answers at once": (of_events(COMMAND, without("init")), "not init with the id first"),
    "a cursor continues logs without a gap": (
        answers("GET **/logs", lambda answer: answer.headers.update({"execd-commands-tail-cursor": "0"})),
        "the pieces of the logs come to '1",
    ),
    "an interrupt ends a command": (swallowed("DELETE **/command", 200), "SandboxTimeoutException"),
    "an unknown command is said to be unknown": (
        status_becomes("GET **/command/status/*", 404, 200, {}),
        "the status of an unknown command answers 200",
    ),
    "a list runs without a shell": (
        asked_json(COMMAND, lambda body: {"command": " ".join(body["argv"])}),
        "the words come out as",
    ),
    "a session keeps directory and variables": (
        of_events("POST **/session/*/run", replaced("red", "")),
        "the next run sees",
    ),
    "the time limit of a session is told": (
        of_events("POST **/session/*/run", ends_well),
        "ends with execution_complete",
    ),
    "a session is gone after its deletion": (
        status_becomes("DELETE **/session/*", 404, 200),
        "a second deletion answers 200",
    ),
    "the stream of code brings all of its output": (of_events("POST **/code", without("stdout")), "brings '"),
    "a busy context runs nothing": (
        swallowed("POST **/code", 200, {"code": "RUNTIME_ERROR", "message": "session is busy"}),
        "the context is still busy after 2 s",
    ),
    "a context keeps its variables": (of_events("POST **/code", replaced("7", "8")), "the next run sees '8"),
    "a range of bytes is exact": (
        answers("GET **/files/download", lambda answer: answer.headers.pop("content-range", None)),
        "has Content-Range None",
    ),
    "bytes come back as they were sent": (
        answers("GET **/files/download", lambda answer: answer.change(lambda body: body[:-1])),
        "512000 bytes come back as 511999",
    ),
    "a missing file is said to be missing": (
        status_becomes("GET **/files/info", 404, 200, {}),
        "GET /files/info of a missing file answers 200",
    ),
    "patterns of a search are matched against names": (
        of_json("GET **/files/search", lambda body: body[:1]),
        "*.txt finds ['a.txt']",
    ),
    "rules are merged by target": (
        swallowed("PATCH **/policy", 200, {"status": "ok"}),
        "two patches come to {'api.example.com': 'allow'}",
    ),
    "ports of a rule are kept": (
        asked_json("PATCH **/policy", lambda body: [forget("ports")(rule) for rule in body] and None),
        "dropped",
    ),
    "a stale revision is refused": (
        requests("PATCH **/credential-vault", lambda asked: asked.change_json(forget("expectedRevision"))),
        "is accepted",
    ),
    "secrets never come back": (
        of_json("GET **/credential-vault/credentials", lambda body: body["credentials"][0].update(value="secret")),
        "GET /credential-vault/credentials tells a secret",
    ),
    "create with everything": (asked_json("POST /v1/sandboxes", forget("env")), "a variable of the creation reads ''"),
    "a sandbox on asyncio": (of_events(COMMAND, replaced("Hello", "Bye")), "a command says 'Bye Sandbox!'"),
    "connect to a running sandbox": (of_events(COMMAND, replaced("here", "there")), "says 'there'"),
    "a sandbox that never gets ready is not left behind": (
        swallowed("DELETE /v1/sandboxes/*"),
        "the sandbox that never got ready is removed: not within",
    ),
    "a sandbox without an end": (
        of_json(SANDBOX, lambda body: body.update(expiresAt="2090-01-01T00:00:00Z")),
        "a sandbox without a timeout ends at 2090",
    ),
    "handlers see output while it comes": (answers(COMMAND, buffered), "all output came at once"),
    "a failing command has its exit code": (of_events(COMMAND, ends_well), "has the exit code 0"),
    "a snapshot is restored": (
        answers("GET **/files/download", lambda answer: answer.change(lambda body: body.upper())),
        "a restored file reads 'ONE",
    ),
    "a pool hands out sandboxes": (of_events(COMMAND, replaced("pooled", "x")), "a sandbox of a pool says 'x'"),
    "a network policy is enforced": (of_events(COMMAND, replaced("refused", "reached")), "is 'reached'"),
    "an error has code message and number": (
        answers(SANDBOX, lambda answer: answer.headers.pop("x-request-id")),
        "code, message and request id of an error are",
    ),
}  # fmt: skip


# What these wait for never comes.
NEVER_COMES = {
    "a cursor continues logs without a gap",
    "a deleted sandbox is gone",
    "a program that cannot start is told",
    "a sandbox that never gets ready is not left behind",
    "an interrupt ends a command",
}


def test_every_check_has_a_fault() -> None:
    assert set(CHECK_FAULTS) == {check.name for check in ALL_CHECKS}
    assert len(ALL_CHECKS) == len(CHECKS) + len(usage.all)


@pytest.mark.parametrize("name", some_of(CHECK_FAULTS, every=3))
def test_what_a_client_leans_on_is_found_broken(name: str, meddler: Meddler, runner: Runner) -> None:
    (check,) = (check for check in ALL_CHECKS if check.name == name)
    plant, words = CHECK_FAULTS[name]
    plant(meddler)
    if name in NEVER_COMES:
        with_patience(runner, 1)
    expect_named(runner.check(check), words)
