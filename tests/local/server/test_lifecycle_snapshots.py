"""Snapshots: taken from running sandboxes, restored into new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opensandbox.local import LocalServer
from tests.local.server.client import REQUEST, Api, assert_error, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def snapshots(api: Api) -> Iterator[list[str]]:
    """Identifiers to delete afterwards, once no sandbox stands on them."""
    taken: list[str] = []
    yield taken
    api.delete_created()
    for snapshot_id in taken:
        assert api.client.delete(f"/snapshots/{snapshot_id}").status_code in (204, 404)


def take(api: Api, sandbox_id: str, taken: list[str], **body: str) -> dict[str, Any]:
    answer = api.client.post(f"/sandboxes/{sandbox_id}/snapshots", json=body)
    assert answer.status_code == 202, answer.text
    snapshot_id = answer.json()["id"]
    taken.append(snapshot_id)
    assert answer.headers["Location"] == f"/v1/snapshots/{snapshot_id}"
    assert answer.json()["status"]["state"] == "Creating"

    def ended() -> dict[str, Any] | None:
        snapshot: dict[str, Any] = api.client.get(f"/snapshots/{snapshot_id}").json()
        return None if snapshot["status"]["state"] == "Creating" else snapshot

    snapshot: dict[str, Any] = until(ended, "the snapshot is taken")
    assert snapshot["status"]["state"] == "Ready", snapshot
    return snapshot


def restore(api: Api, snapshot_id: str, **members: Any) -> dict[str, Any]:
    return api.create(image=None, entrypoint=None, snapshotId=snapshot_id, **members)


def test_files_survive_their_sandbox(api: Api, snapshots: list[str]) -> None:
    first = api.create()["id"]
    api.run(
        first, "echo kept > /root/file; rm /etc/group; mkdir /workspace/dir; ln -s /root/file /workspace/link"
    )
    snapshot = take(api, first, snapshots, name="one")
    assert (snapshot["sandboxId"], snapshot["name"]) == (first, "one")
    api.run(first, "echo changed > /root/file")
    api.client.delete(f"/sandboxes/{first}")

    second = restore(api, snapshot["id"])
    assert second["entrypoint"] == ["tail", "-f", "/dev/null"]
    record = api.client.get(f"/sandboxes/{second['id']}").json()
    assert record["snapshotId"] == snapshot["id"]
    assert "image" not in record
    assert api.run(second["id"], "cat /workspace/link; test -e /etc/group || echo removed") == "kept\nremoved"


def test_snapshot_of_a_restored_sandbox_has_both_layers(api: Api, snapshots: list[str]) -> None:
    first = api.create()["id"]
    api.run(first, "echo 1 > /root/one; echo 1 > /root/both")
    base = take(api, first, snapshots)
    second = restore(api, base["id"])["id"]
    api.run(second, "echo 2 > /root/two; echo 2 > /root/both")
    top = take(api, second, snapshots)
    api.client.delete(f"/sandboxes/{second}")
    assert api.client.delete(f"/snapshots/{base['id']}").status_code == 204, "the upper one stands alone"
    third = restore(api, top["id"])["id"]
    assert api.run(third, "cat /root/one /root/two /root/both") == "1\n2\n2"


def test_one_snapshot_starts_several_sandboxes(api: Api, snapshots: list[str]) -> None:
    first = api.create()["id"]
    api.run(first, "echo 0 > /root/file")
    snapshot = take(api, first, snapshots)
    copies = [restore(api, snapshot["id"])["id"] for _ in range(2)]
    for number, copy in enumerate(copies):
        api.run(copy, f"echo {number} >> /root/file")
    assert [api.run(copy, "cat /root/file") for copy in copies] == ["0\n0", "0\n1"]


def test_snapshot_in_use_is_not_deleted(api: Api, snapshots: list[str]) -> None:
    snapshot = take(api, api.create()["id"], snapshots)
    user = restore(api, snapshot["id"])["id"]
    path = f"/snapshots/{snapshot['id']}"
    assert_error(api.client.delete(path), 409, "SNAPSHOT::DELETE_CONFLICT", "in use")
    api.client.delete(f"/sandboxes/{user}")
    assert api.client.delete(path).status_code == 204
    assert_error(api.client.delete(path), 404, "SNAPSHOT::NOT_FOUND")
    assert_error(api.client.get(path), 404, "SNAPSHOT::NOT_FOUND")


def test_snapshots_are_listed_by_filters(api: Api, snapshots: list[str]) -> None:
    sandbox = api.create()["id"]
    one, two = (take(api, sandbox, snapshots, name=name)["id"] for name in ("a", "b"))

    def listed(query: str) -> list[str]:
        return [snapshot["id"] for snapshot in api.client.get(f"/snapshots?{query}").json()["items"]]

    assert listed(f"sandboxId={sandbox}") == [two, one]
    assert listed(f"sandboxId={sandbox}&name=a") == [one]
    assert listed(f"sandboxId={sandbox}&state=ready&state=Failed") == [two, one]
    assert listed(f"sandboxId={sandbox}&state=Failed") == []
    assert listed("sandboxId=other") == []


def test_source_must_run(api: Api, sandbox: dict[str, Any]) -> None:
    api.client.post(f"/sandboxes/{sandbox['id']}/pause")
    answer = api.client.post(f"/sandboxes/{sandbox['id']}/snapshots")
    assert_error(answer, 409, "SNAPSHOT::INVALID_SOURCE_STATE", "Paused")


@pytest.mark.parametrize("body", [{"name": ""}, {"name": 1}, {"label": "x"}, []])
def test_wrong_bodies_are_refused(api: Api, sandbox: dict[str, Any], body: object) -> None:
    answer = api.client.post(f"/sandboxes/{sandbox['id']}/snapshots", json=body)
    assert_error(answer, 400, "SANDBOX::INVALID_PARAMETER")


def test_snapshots_outlive_the_server(tmp_path: Path) -> None:
    def client(server: LocalServer) -> httpx.Client:
        headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
        return httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30)

    with LocalServer(state_dir=tmp_path / "state", spares=0) as server, client(server) as http:
        api = Api(http)
        sandbox = api.create()["id"]
        api.run(sandbox, "echo kept > /root/file")
        snapshot = take(api, sandbox, [])
    with LocalServer(state_dir=tmp_path / "state", spares=0) as server, client(server) as http:
        api = Api(http)
        assert http.get(f"/snapshots/{snapshot['id']}").json()["createdAt"] == snapshot["createdAt"]
        assert api.run(restore(api, snapshot["id"])["id"], "cat /root/file") == "kept"
        assert http.post("/sandboxes", json=REQUEST | {"snapshotId": snapshot["id"]}).status_code == 400
