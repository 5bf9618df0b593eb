"""Where the contract says nothing, the embedded server answers as real ones do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from opensandbox.local import LocalServer
from tests.local.server.client import REQUEST, Api, assert_error, until
from tests.local.server.programs import HTTP, HTTP_PORT, start

TOKEN = "X-EXECD-ACCESS-TOKEN"


@pytest.mark.off_contract("there is no such operation")
def test_unknown_routes_and_methods_are_told_by_the_framework(api: Api, server: LocalServer) -> None:
    assert api.client.get("/nothing").json() == {"detail": "Not Found"}
    assert api.client.post(f"{server.url}/metrics/events", json={}).json() == {"detail": "Not Found"}
    refused = api.client.put("/sandboxes")
    assert (refused.status_code, refused.json()) == (405, {"detail": "Method Not Allowed"})
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.off_contract("pools of clusters are in no spec of ours")
@pytest.mark.parametrize(("method", "path"), [("GET", "/pools"), ("POST", "/pools"), ("DELETE", "/pools/a")])
def test_pools_of_clusters_are_not_supported(api: Api, method: str, path: str) -> None:
    assert_error(api.client.request(method, path), 501, "KUBERNETES::POOL_NOT_SUPPORTED")


def test_answers_carry_the_date(api: Api) -> None:
    assert "GMT" in api.client.get("/sandboxes").headers["date"]


def test_a_lifetime_has_no_upper_bound_but_that_of_the_calendar(api: Api) -> None:
    days = 86400
    made = api.create(timeout=9_999 * days)
    assert made["expiresAt"] > "2050"
    refused = api.client.post("/sandboxes", json={**REQUEST, "timeout": 9**12})
    assert_error(refused, 400, "SANDBOX::INVALID_PARAMETER")


def test_what_is_restored_inherits_the_metadata_of_its_source(api: Api) -> None:
    source = api.create(metadata={"team": "blue", "step": "1"})
    taken = api.client.post(f"/sandboxes/{source['id']}/snapshots", json={}).json()
    until(
        lambda: api.client.get(f"/snapshots/{taken['id']}").json()["status"]["state"] == "Ready",
        "the snapshot is ready",
    )
    restored = api.create(snapshotId=taken["id"], metadata={"step": "2"}, image=None, entrypoint=None)

    assert restored["metadata"] == {"team": "blue", "step": "2"}
    assert_error(api.client.delete(f"/snapshots/{taken['id']}"), 409, "SNAPSHOT::DELETE_CONFLICT")


def test_the_daemon_passes_requests_on_to_other_ports(api: Api, sandbox: dict[str, Any]) -> None:
    start(api, sandbox["id"], HTTP, HTTP_PORT)
    found = api.client.get(f"/sandboxes/{sandbox['id']}/endpoints/44772").json()
    url, headers = f"http://{found['endpoint']}", {TOKEN: found["headers"][TOKEN]}

    assert httpx.get(f"{url}/proxy/{HTTP_PORT}/a", headers=headers).json()["path"] == "/a"
    assert httpx.get(f"{url}/proxy/{HTTP_PORT}/").status_code == 401
    assert httpx.get(f"{url}/proxy/", headers=headers).status_code == 400
    assert httpx.get(f"{url}/proxy/1/", headers=headers).status_code == 502


@pytest.mark.off_contract("real servers answer 422 in the shape of their framework")
def test_a_body_of_the_wrong_shape_is_422_by_the_manners_of_real_servers() -> None:
    with LocalServer(manners="real", spares=0) as server:
        answer = httpx.post(
            f"{server.url}/v1/sandboxes",
            json={"image": 5},
            headers={"OPEN-SANDBOX-API-KEY": server.api_key},
        )
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "image"]


def test_an_id_with_a_line_feed_is_an_id(api: Api) -> None:
    assert_error(api.client.get("/sandboxes/a%0Ab"), 404, "DOCKER::SANDBOX_NOT_FOUND")
