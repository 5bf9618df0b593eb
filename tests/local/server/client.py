"""A thin client for the tests: real HTTP, nothing of the SDK."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST: dict[str, Any] = {
    "image": {"uri": "ubuntu"},
    "entrypoint": ["tail", "-f", "/dev/null"],
    "resourceLimits": {},
    "timeout": 600,
}


class Api:
    """The lifecycle API of one server."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._created: list[str] = []

    def create(self, **members: Any) -> dict[str, Any]:
        """Create a sandbox from an image; `members` override the request, None leaves one out."""
        request = {name: value for name, value in (REQUEST | members).items() if value is not None}
        response = self.client.post("/sandboxes", json=request)
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        self._created.append(answer["id"])
        return answer

    def delete_created(self) -> None:
        """Delete what `create` made, unless it is gone already."""
        for sandbox_id in self._created:
            assert self.client.delete(f"/sandboxes/{sandbox_id}").status_code in (204, 404)

    def endpoint(self, sandbox_id: str, port: int = 44772, **query: Any) -> httpx.Client:
        """A client for a port of a sandbox, with the headers that the lookup answered."""
        response = self.client.get(f"/sandboxes/{sandbox_id}/endpoints/{port}", params=query)
        assert response.status_code == 200, response.text
        answer = response.json()
        return httpx.Client(
            base_url=f"http://{answer['endpoint']}", headers=answer.get("headers"), timeout=30
        )

    def run(self, sandbox_id: str, command: str, **members: Any) -> str:
        """Run a shell command in a sandbox; returns what it printed, line by line."""
        with self.endpoint(sandbox_id) as execd:
            response = execd.post("/command", json={"command": command, **members})
        assert response.status_code == 200, response.text
        events = [json.loads(line) for line in response.text.splitlines() if line]
        return "\n".join(event["text"] for event in events if event["type"] == "stdout")


def until(condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Wait until `condition` holds and return its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return value


def assert_error(response: httpx.Response, status: int, code: str, *words: str) -> None:
    """The response is an error in the envelope, with that code, and its message has all the words."""
    assert response.status_code == status, response.text
    envelope = response.json()
    assert set(envelope) == {"code", "message"}
    assert envelope["code"] == code
    for word in words:
        assert word in envelope["message"]
