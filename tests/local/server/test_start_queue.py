"""More creations at once than the machine can start: real sandboxes, in a server that starts one at a time."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensandbox.local import LocalServer
from opensandbox.local.app import LocalApp
from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.images.choice import Images
from opensandbox.local.images.registry import Registries
from opensandbox.local.images.store import ImageStore
from opensandbox.local.registry import Registry
from opensandbox.local.runtime import Runtime, Turns
from opensandbox.local.services import Services
from opensandbox.local.settings import ServerSettings
from opensandbox.local.snapshots import Snapshots
from opensandbox.local.templates import Templates
from opensandbox.local.volumes import Volumes
from tests.local.server.client import REQUEST, Api, assert_error, until
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

WAITING = 2


@asynccontextmanager
async def slow_server(state_dir: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Turns]]:
    """A server with room for one start and two that wait."""
    turns = Turns(at_once=1, waiting=WAITING)
    async with Runtime(state_dir, spares=0, turns=turns) as runtime:
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
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8080/v1", timeout=60
        ) as client:
            try:
                yield client, turns
            finally:
                await registry.close()


async def listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/sandboxes", params={"pageSize": 100})
    return list(answer.json()["items"])


async def test_a_burst_waits_in_a_queue_and_what_finds_it_full_is_told_when_to_come_back(
    tmp_path: Path,
) -> None:
    async with slow_server(tmp_path) as (client, _):
        answers = await asyncio.gather(*(client.post("/sandboxes", json=REQUEST) for _ in range(6)))
        refused = [answer for answer in answers if answer.status_code != 202]
        assert len(answers) - len(refused) == 1 + WAITING
        for answer in refused:
            assert_error(answer, 503, "SANDBOX::START_QUEUE_FULL", "wait to be started", "try again in")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert len(await listed(client)) == 1 + WAITING
        assert (await client.post("/sandboxes", json=REQUEST)).status_code == 202


async def test_a_sandbox_that_is_deleted_while_it_waits_leaves_the_queue(tmp_path: Path) -> None:
    async with slow_server(tmp_path) as (client, turns):
        posts = [asyncio.create_task(client.post("/sandboxes", json=REQUEST)) for _ in range(3)]
        await async_until(lambda: turns.waiting == WAITING)
        youngest = (await listed(client))[0]
        assert youngest["status"]["state"] == "Pending"
        assert (await client.delete(f"/sandboxes/{youngest['id']}")).status_code == 204
        assert turns.waiting == WAITING - 1
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*posts))
        assert statuses == [202, 202, 409]


async def test_the_life_of_a_sandbox_begins_when_it_runs(tmp_path: Path) -> None:
    async with slow_server(tmp_path) as (client, turns):
        posts = [asyncio.create_task(client.post("/sandboxes", json=REQUEST)) for _ in range(3)]
        await async_until(lambda: turns.waiting == WAITING)
        asked = {sandbox["createdAt"] for sandbox in await listed(client)}
        answers = [answer.json() for answer in await asyncio.gather(*posts)]
        assert not asked & {answer["createdAt"] for answer in answers}
        for answer in answers:
            begun, end = (datetime.fromisoformat(answer[name]) for name in ("createdAt", "expiresAt"))
            assert end - begun == timedelta(seconds=REQUEST["timeout"])


def test_a_creation_whose_client_leaves_is_given_up(api: Api, server: LocalServer) -> None:
    # It would wait for ten minutes: its first hook does not come to an end.
    hooks = {"preStart": {"command": ["sleep", "600"], "timeoutSeconds": 600}}
    body = json.dumps(REQUEST | {"metadata": {"case": "left"}, "lifecycle": hooks})
    connection = http.client.HTTPConnection(server.host, server.port)
    key = {"OPEN-SANDBOX-API-KEY": server.api_key, "Content-Type": "application/json"}
    connection.request("POST", "/v1/sandboxes", body, key)

    def states() -> list[str]:
        items = api.client.get("/sandboxes", params={"metadata": "case=left"}).json()["items"]
        return [item["status"]["state"] for item in items]

    until(lambda: states() == ["Pending"], "the sandbox is on its way")
    connection.close()
    until(lambda: states() == [], "it is given up")
