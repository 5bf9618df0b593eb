"""What each operation answers while a sandbox is on its way from one state to another.

On a real machine these states last for milliseconds, so the box is a stand-in here that pauses, resumes and ends when it is
told to; the application, the registry and the records are the real ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from opensandbox.local import registry
from opensandbox.local.app import LocalApp
from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.images.choice import Images
from opensandbox.local.images.registry import Registries
from opensandbox.local.images.store import ImageStore
from opensandbox.local.registry import Registry
from opensandbox.local.runtime import Runtime
from opensandbox.local.services import Services
from opensandbox.local.settings import ServerSettings
from opensandbox.local.snapshots import Snapshots
from opensandbox.local.templates import Templates
from opensandbox.local.volumes import Volumes
from tests.local.server.client import REQUEST
from tests.local.server.test_state_machine import ALWAYS, MISSING, OPERATIONS, Answer

pytestmark = pytest.mark.anyio

# In the middle of a change nothing can be asked for but what works in any state. What is being deleted is gone already.
STATES: dict[str, dict[str, Answer]] = {
    "Pausing": ALWAYS,
    "Resuming": ALWAYS,
    "Stopping": dict.fromkeys(OPERATIONS, (404, MISSING)),
}


class SlowBox:
    """A sandbox that needs as long as the test wants for what it is told to do."""

    about_users = "one"

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.exited = False
        self.proceed = asyncio.Event()
        self.proceed.set()
        self.doing: list[str] = []

    async def pause(self) -> None:
        await self._do("pause")

    async def resume(self) -> None:
        await self._do("resume")

    async def kill(self) -> None:
        await self._do("kill")

    async def _do(self, what: str) -> None:
        self.doing.append(what)
        await self.proceed.wait()

    async def entrypoint_ended(self) -> dict[str, object]:
        return cast("dict[str, object]", await asyncio.Event().wait())

    def entrypoint_log(self, limit: int) -> bytes:
        return b"what the main program printed"


@asynccontextmanager
async def api_of(box: SlowBox, state_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def launch(sandbox_id: str, spec: object) -> SlowBox:
        return box

    runtime = cast("Runtime", SimpleNamespace(launch=launch))
    gateway = Gateway({})
    registry = Registry(runtime, Volumes(state_dir / "volumes", (), private=state_dir), gateway)
    services = Services(
        ServerSettings(state_dir),
        "127.0.0.1:8080",
        registry,
        Snapshots(state_dir / "snapshots", runtime),
        Templates(state_dir / "templates", runtime, gateway),
        Images(ImageStore(state_dir / "images"), Registries(), given={}),
    )

    transport = httpx.ASGITransport(LocalApp(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080/v1") as client:
        yield client
        box.proceed.set()
        await registry.close()


async def ask(client: httpx.AsyncClient, operation: str, path: str) -> httpx.Response:
    # The table is made for a blocking client; of this one it returns what has to be awaited.
    return await cast("Any", OPERATIONS[operation](cast("Any", client), path))


async def on_its_way(client: httpx.AsyncClient, box: SlowBox, path: str, state: str) -> asyncio.Task[Any]:
    """Let the sandbox begin to change, and return the request that waits for it."""
    if state == "Resuming":
        assert (await ask(client, "pause", path)).status_code == 202
    operation = {"Pausing": "pause", "Resuming": "resume", "Stopping": "delete"}[state]
    box.doing.clear()
    box.proceed.clear()
    request = asyncio.create_task(ask(client, operation, path))
    while not box.doing:
        await asyncio.sleep(0)
    return request


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", STATES)
async def test_an_operation_answers_what_the_change_allows(
    tmp_path: Path, state: str, operation: str
) -> None:
    box = SlowBox()
    async with api_of(box, tmp_path) as client:
        path = f"/sandboxes/{(await client.post('/sandboxes', json=REQUEST)).json()['id']}"
        request = await on_its_way(client, box, path, state)
        if state != "Stopping":
            assert (await client.get(path)).json()["status"]["state"] == state

        asked = asyncio.create_task(ask(client, operation, path))
        if operation == "delete" and state != "Stopping":
            while "kill" not in box.doing:  # a deletion answers when nothing is left
                await asyncio.sleep(0)
            box.proceed.set()
        answer = await asked

        code = answer.json()["code"] if answer.status_code >= 400 else None
        assert (answer.status_code, code) == STATES[state][operation], answer.text
        box.proceed.set()
        assert (await request).status_code == (204 if state == "Stopping" else 202)
        after = await client.get(path)
        if operation == "delete" or state == "Stopping":
            assert after.status_code == 404
        else:
            assert after.json()["status"]["state"] == {"Pausing": "Paused", "Resuming": "Running"}[state]


@pytest.mark.parametrize(("state", "before"), [("Pausing", "Running"), ("Resuming", "Paused")])
async def test_a_change_that_fails_leaves_the_state_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, before: str
) -> None:
    box = SlowBox()
    async with api_of(box, tmp_path) as client:
        path = f"/sandboxes/{(await client.post('/sandboxes', json=REQUEST)).json()['id']}"
        if before == "Paused":
            await ask(client, "pause", path)

        async def fail() -> None:
            raise TimeoutError("a process does not stop")

        operation = "pause" if state == "Pausing" else "resume"
        monkeypatch.setattr(box, operation, fail)
        answer = await ask(client, operation, path)
        assert (answer.status_code, answer.json()["code"]) == (
            500,
            f"DOCKER::SANDBOX_{operation.upper()}_FAILED",
        )
        assert "a process does not stop" in answer.json()["message"]
        assert (await client.get(path)).json()["status"]["state"] == before


WAKES = {**REQUEST, "lifecycle": {"idlePolicy": {}}}


async def test_a_request_that_a_slow_wake_outlasts_is_said_not_to_have_been_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_WAKE_PATIENCE", 0.05)
    box = SlowBox()
    async with api_of(box, tmp_path) as client:
        sandbox = (await client.post("/sandboxes", json=WAKES)).json()["id"]
        path = f"/sandboxes/{sandbox}"
        await ask(client, "pause", path)
        box.doing.clear()
        box.proceed.clear()
        ping = f"http://127.0.0.1:8080/gateway/{sandbox}/44772/ping"
        answers = await asyncio.gather(client.get(ping), client.get(ping))
        for answer in answers:
            assert (answer.status_code, answer.headers["opensandbox-wake"]) == (503, "expired")
            assert answer.headers["retry-after"] == "1"
            assert answer.json()["code"] == "SANDBOX::WAKE_TIMEOUT"
        assert box.doing == ["resume"], "it is woken once, for everybody"
        assert (await client.get(path)).json()["status"]["state"] == "Resuming"
        box.proceed.set()
        while (await client.get(path)).json()["status"]["state"] != "Running":
            await asyncio.sleep(0)


async def test_what_comes_while_it_is_being_paused_waits_and_wakes_it(tmp_path: Path) -> None:
    box = SlowBox()
    async with api_of(box, tmp_path) as client:
        sandbox = (await client.post("/sandboxes", json=WAKES)).json()["id"]
        path = f"/sandboxes/{sandbox}"
        pausing = await on_its_way(client, box, path, "Pausing")
        ping = asyncio.create_task(client.get(f"http://127.0.0.1:8080/gateway/{sandbox}/8000/"))
        await asyncio.sleep(0)
        assert box.doing == ["pause"]
        box.proceed.set()
        assert (await pausing).status_code == 202
        # The box is a stand-in that nobody can call, which is noticed only behind the gate.
        assert (await ping).status_code >= 500
        assert box.doing == ["pause", "resume"]


@pytest.mark.parametrize("state", ["Pausing", "Resuming", "Paused"])
async def test_a_request_that_waits_for_one_that_is_deleted_meanwhile_finds_none(
    tmp_path: Path, state: str
) -> None:
    box = SlowBox()
    async with api_of(box, tmp_path) as client:
        sandbox = (await client.post("/sandboxes", json=WAKES)).json()["id"]
        path = f"/sandboxes/{sandbox}"
        if state == "Paused":  # so the request itself begins to wake it
            await ask(client, "pause", path)
            box.proceed.clear()
        else:
            await on_its_way(client, box, path, state)
        held = asyncio.create_task(client.get(f"http://127.0.0.1:8080/gateway/{sandbox}/44772/ping"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not held.done()
        deletion = asyncio.create_task(client.delete(path))
        answer = await held
        assert (answer.status_code, answer.json()["code"]) == (404, MISSING)
        box.proceed.set()
        assert (await deletion).status_code == 204
