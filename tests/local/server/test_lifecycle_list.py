"""Lists: filters, order and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from opensandbox.local.api.labels import parse_filter
from tests.local.server.client import assert_error

if TYPE_CHECKING:
    from tests.local.server.client import Api


def test_filters_are_joined(api: Api) -> None:
    one = api.create(metadata={"suite": "filters", "team": "a.b"})["id"]
    two = api.create(metadata={"suite": "filters", "team": "c"})["id"]
    api.client.post(f"/sandboxes/{two}/pause")

    def listed(query: str) -> list[str]:
        answer = api.client.get(f"/sandboxes?{query}")
        assert answer.status_code == 200, answer.text
        return [sandbox["id"] for sandbox in answer.json()["items"]]

    suite = "metadata=" + quote("suite=filters", safe="")
    assert listed(suite) == [two, one]
    assert listed(f"{suite}&state=paused") == [two]
    assert listed(f"{suite}&state=PAUSED&state=Running") == [two, one]
    assert listed(f"{suite}&state=Run") == []
    assert listed("metadata=" + quote("suite=filters&team=a%2Eb", safe="")) == [one]
    assert listed("metadata=" + quote("suite=filters&team=", safe="")) == []


def test_metadata_filter_is_decoded_twice(api: Api) -> None:
    answer = api.client.get("/sandboxes?metadata=" + quote("a", safe=""))
    assert_error(answer, 400, "INVALID_METADATA_FORMAT", "key=value")
    assert parse_filter("a=b%20c&d=") == {"a": "b c", "d": ""}
    assert parse_filter("a&b=&c=1", lenient=True) == {"c": "1"}


def test_pages(api: Api) -> None:
    created = [api.create(metadata={"suite": "pages"})["id"] for _ in range(3)]
    query = "metadata=suite%3Dpages"

    first = api.client.get(f"/sandboxes?{query}&pageSize=2").json()
    assert [sandbox["id"] for sandbox in first["items"]] == created[:0:-1]
    assert first["pagination"] == {
        "page": 1,
        "pageSize": 2,
        "totalItems": 3,
        "totalPages": 2,
        "hasNextPage": True,
    }

    last = api.client.get(f"/sandboxes?{query}&pageSize=2&page=2").json()
    assert [sandbox["id"] for sandbox in last["items"]] == created[:1]
    assert last["pagination"]["hasNextPage"] is False

    beyond = api.client.get(f"/sandboxes?{query}&page=9")
    assert (beyond.status_code, beyond.json()["items"]) == (200, [])
    nothing = api.client.get("/sandboxes?metadata=suite%3Dnone").json()["pagination"]
    assert nothing == {"page": 1, "pageSize": 20, "totalItems": 0, "totalPages": 0, "hasNextPage": False}


@pytest.mark.parametrize("path", ["/sandboxes", "/snapshots", "/templates"])
@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=", "pageSize=0", "pageSize=201", "pageSize=1.5"]
)
def test_impossible_pages_are_refused(api: Api, path: str, query: str) -> None:
    name = query.partition("=")[0]
    assert_error(api.client.get(f"{path}?{query}"), 400, "SANDBOX::INVALID_PARAMETER", name)
