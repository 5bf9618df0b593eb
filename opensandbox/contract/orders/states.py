"""The life of a sandbox: ready, renewed, paused, gone; and what is said about one that is not there."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.results import Level, NotOffered, Part
from opensandbox.contract.world import INTERVAL, LIFETIME
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxInvalidRequestException,
)
from opensandbox.models import IdlePolicy, SandboxLifecycle

if TYPE_CHECKING:
    from opensandbox import SandboxSync
    from opensandbox.contract.world import World

order = Checks(Part.ORDER)

UNKNOWN = "00000000-0000-4000-8000-000000000000"
EXACT = timedelta(seconds=5)
READY = 30.0
"""Seconds from the answer of a creation until the daemon answers: what clients wait by default."""


@order("post_sandboxes")
def a_new_sandbox_is_ready_in_time(world: World) -> None:
    """It runs, and its daemon answers within the 30 seconds that clients wait."""
    began = time.monotonic()
    with world.one(ready_timeout=READY) as sandbox:
        state = sandbox.get_info().status.state
        expect(
            state == "Running",
            f"a sandbox whose daemon answers is {state}, {time.monotonic() - began:.1f} s after the call",
        )


@order("post_sandboxes")
def a_lifetime_is_kept(world: World) -> None:
    """`expiresAt` is `createdAt` and the `timeout` that was asked for."""
    info = world.sandbox.get_info()
    expect(info.expires_at is not None, "a sandbox with a timeout has no expiresAt")
    with world.one(timeout=LIFETIME, skip_health_check=True) as sandbox:
        info = sandbox.get_info()
        assert info.expires_at is not None
        lifetime = info.expires_at - info.created_at
        off = abs(lifetime - timedelta(seconds=LIFETIME))
        expect(off <= EXACT, f"a timeout of {LIFETIME} s comes to a life of {lifetime.total_seconds():.0f} s")


@order("post_sandboxes_sandbox_id_renew_expiration")
def a_renewal_sets_the_instant(world: World) -> None:
    """The answer and the record both tell the instant that was asked for."""
    wanted = datetime.now(UTC) + timedelta(minutes=30)
    answered = world.sandbox.renew(timedelta(minutes=30)).expires_at
    recorded = world.sandbox.get_info().expires_at
    for instant, where in ((answered, "the answer"), (recorded, "the record")):
        expect(
            instant is not None and abs(instant - wanted) <= EXACT,
            f"renewed until {wanted:%H:%M:%S}, {where} says {instant}",
        )


@order("post_sandboxes_sandbox_id_renew_expiration", Level.V1_1)
def a_renewal_into_the_past_is_refused(world: World) -> None:
    """400 or 422."""
    with world.server() as client:
        status = client.post(
            f"/sandboxes/{world.sandbox.id}/renew-expiration", json={"expiresAt": "2020-01-01T00:00:00Z"}
        ).status_code
    expect(status in (400, 422), f"an instant in the past is answered {status}, not 400")


@order("post_sandboxes_sandbox_id_pause", Level.V1_1, optional=True)
def a_pause_keeps_everything(world: World) -> None:
    """Paused within the time that is waited, resumed with its files and its programs; wrong states are 409."""
    with world.one() as sandbox:
        command = sandbox.commands.start("sleep 600")
        sandbox.commands.run("echo kept > /tmp/state", check=True)
        sandbox.pause()
        sandbox.wait_for_state("Paused", timeout=world.settings.patience, polling_interval=INTERVAL)
        _expect_conflict(world, sandbox, "pause")
        sandbox.resume_in_place(resume_timeout=world.settings.patience)
        kept = sandbox.commands.run("cat /tmp/state").text
        expect(kept == "kept", f"after a pause the file holds {kept!r}")
        expect(command.status().running, "after a pause the program that ran before is not there")
        _expect_conflict(world, sandbox, "resume")


def _expect_conflict(world: World, sandbox: SandboxSync, step: str) -> None:
    with world.server() as client:
        status = client.post(f"/sandboxes/{sandbox.id}/{step}").status_code
    expect(status in (400, 409), f"{step} in the wrong state answers {status}, not 409")


@order("delete_sandboxes_sandbox_id")
def a_deleted_sandbox_is_gone(world: World) -> None:
    """404 within the time that is waited, and for a second deletion too."""
    sandbox = world.create(skip_health_check=True)
    sandbox.kill()
    with world.server() as client:
        path = f"/sandboxes/{sandbox.id}"

        def gone() -> bool:
            answer = client.get(path)
            return answer.status_code == 404 or answer.json()["status"]["state"] == "Terminated"

        world.until(gone, "a deleted sandbox answers 404")
        again = client.delete(path).status_code
        expect(again in (204, 404), f"a second deletion answers {again}, not 404")


@order("get_sandboxes_sandbox_id")
def an_unknown_sandbox_is_404_everywhere(world: World) -> None:
    """For reading, deleting, renewing, and asking for an endpoint."""
    later = {"expiresAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    with world.server() as client:
        answers = {
            "GET": client.get(f"/sandboxes/{UNKNOWN}"),
            "DELETE": client.delete(f"/sandboxes/{UNKNOWN}"),
            "GET endpoint": client.get(f"/sandboxes/{UNKNOWN}/endpoints/8000"),
            "renewal": client.post(f"/sandboxes/{UNKNOWN}/renew-expiration", json=later),
        }
    wrong = {what: answer.status_code for what, answer in answers.items() if answer.status_code != 404}
    expect(not wrong, f"an unknown sandbox is answered {wrong}, not 404")
    bare = [what for what, answer in answers.items() if b'"code"' not in answer.content]
    expect(not bare, f"a 404 for an unknown sandbox has no code: {', '.join(bare)}")


@order("patch_sandboxes_sandbox_id_metadata", Level.V1_1)
def metadata_is_merged(world: World) -> None:
    """A value sets a key, null removes it, what is not named stays; reserved keys are refused."""
    world.sandbox.patch_metadata({"first": "1", "second": "2"})
    world.sandbox.patch_metadata({"first": None, "third": "3"})
    metadata = world.sandbox.get_info().metadata or {}
    kept = {key: metadata.get(key) for key in ("first", "second", "third")}
    expect(kept == {"first": None, "second": "2", "third": "3"}, f"two patches come to {kept}")
    expect(world.label.items() <= metadata.items(), "a patch has taken what it did not name")
    with world.server() as client:
        path = f"/sandboxes/{world.sandbox.id}/metadata"
        status = client.patch(path, json={"opensandbox.io/owner": "me"}).status_code
    expect(status in (400, 422), f"a reserved key is answered {status}, not 400")


@order("get_sandboxes")
def a_wrong_key_is_refused(world: World) -> None:
    """401, without a key and with a wrong one, unless the server asks for none."""
    with world.server() as client:
        for headers in ({"OPEN-SANDBOX-API-KEY": "wrong"}, {"OPEN-SANDBOX-API-KEY": ""}):
            status = client.get("/sandboxes", headers=headers).status_code
            if status == 200 and not world.config.get_api_key():
                return
            expect(status == 401, f"a wrong key is answered {status}, not 401")


@order("get_sandboxes", Level.V1_1)
def the_number_of_a_request_comes_back(world: World) -> None:
    """`X-Request-ID` is the one that was sent, so that logs of both sides can be joined."""
    with world.server() as client:
        told = client.get("/sandboxes", headers={"X-Request-ID": world.settings.run}).headers.get(
            "x-request-id"
        )
    expect(
        told == world.settings.run, f"a request with the number {world.settings.run} is answered with {told}"
    )


@order("post_sandboxes", Level.V1_1)
def a_program_that_cannot_start_is_told(world: World) -> None:
    """By a refusal, or soon by the state `Failed` with a reason; not by a sandbox that never gets ready."""
    try:
        sandbox = world.create(entrypoint=["/none/such"], skip_health_check=True)
    except SandboxApiException:
        return
    with closing(sandbox):
        world.until(
            lambda: sandbox.get_info().status.state in ("Failed", "Terminated"),
            "a program that does not exist is told",
        )
        status = sandbox.get_info().status
        expect(status.reason or status.message, "a sandbox has failed, and nothing says why")
        sandbox.kill()


@order("post_sandboxes", Level.V1_2, optional=True)
def a_paused_sandbox_wakes_on_access(world: World) -> None:
    """With an idle policy, a request to a sandbox that was paused finds it awake."""
    try:
        sandbox = world.create(lifecycle=SandboxLifecycle(idle_policy=IdlePolicy()))
    except (SandboxInvalidRequestException, InvalidArgumentException) as failure:
        raise NotOffered(f"no idle policy for a sandbox from an image: {failure}") from failure
    try:
        sandbox.pause()
        sandbox.wait_for_state("Paused", timeout=world.settings.patience, polling_interval=INTERVAL)
        try:
            answer = sandbox.commands.run("echo awake", request_timeout=world.settings.patience).text
        except SandboxApiException as failure:
            raise NotOffered(f"an idle policy wakes no sandbox from an image: {failure}") from failure
        except httpx.HTTPError as failure:
            raise NotOffered(f"an idle policy wakes no sandbox from an image: {failure!r}") from failure
        expect(answer == "awake", f"the command that woke a sandbox says {answer!r}")
    finally:
        sandbox.kill()
