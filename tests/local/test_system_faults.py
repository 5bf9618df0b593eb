"""The server under faults of the system: calls of it to the kernel fail in turn, or it is killed there. Nothing is left.

Each case tries every call of one kind that an operation makes.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensandbox.local import LocalServer
from tests.local.runtime.processes import control_groups, living_in, started_for
from tests.support.long import some_of
from tests.support.system_faults import deadly, failing
from tests.support.waiting import until

FULL, BROKEN, TOO_MANY = "ENOSPC", "EIO", "EMFILE"
OPEN, MAKE, WRITE, PIPE, LINK, MODE, RENAME = (
    "openat",
    "/^mkdir(at)?$",
    "write",
    "pipe2",
    "/^linkat?$",
    "/^f?chmod(at)?$",
    "/^rename(at2?)?$",
)
FILES = [(OPEN, FULL), (OPEN, BROKEN), (OPEN, TOO_MANY), (PIPE, TOO_MANY)]
CHANGES = [(MAKE, FULL), (MAKE, BROKEN), (WRITE, FULL), (WRITE, BROKEN)]
# What each operation asks of the kernel. Control groups are not for every user, so their removal is not named.
CALLS = {
    "create": [
        *FILES,
        *CHANGES,
        (LINK, FULL),
        (MODE, BROKEN),
        ("socket", TOO_MANY),
        ("memfd_create", TOO_MANY),
        ("recvmsg", TOO_MANY),
    ],
    "snapshot": [*FILES, *CHANGES, (RENAME, FULL), (RENAME, BROKEN)],
    "kill": FILES,
    "delete_snapshot": [*FILES, ("/^unlink(at)?$", BROKEN)],
}
FAILURES = [(operation, *fault) for operation, faults in CALLS.items() for fault in faults]
DEATHS = [
    (operation, call)
    for operation, faults in CALLS.items()
    for call in [*dict.fromkeys(call for call, _ in faults), "close", "epoll_wait"]
]
# Of many calls in a row of one kind, these: each death costs two starts of a server.
DEADLY = (1, 2, 3, 5, 8, 13, 21, 34)


class Deployment:
    """A server on a state directory, and what of its sandboxes there is on this machine."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.server = LocalServer(state_dir=state, spares=0)

    def __enter__(self) -> Deployment:
        self.server.start()
        self.pid = int((self.state / "lock").read_text())
        self.client = httpx.Client(
            base_url=f"{self.server.url}/v1",
            headers={"OPEN-SANDBOX-API-KEY": self.server.api_key},
            timeout=60,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.stop()

    def create(self) -> httpx.Response:
        return self.client.post(
            "/sandboxes",
            json={
                "image": {"uri": "ubuntu"},
                "entrypoint": ["tail", "-f", "/dev/null"],
                "resourceLimits": {},
                "timeout": 600,
            },
        )

    def kill(self, sandbox: str | None) -> httpx.Response:
        """End a sandbox, and see its files removed, which the server does after its answer."""
        answer = self.client.delete(f"/sandboxes/{sandbox}")
        until(lambda: self.has_ended() or not os.listdir(self.state / "sandboxes"))
        return answer

    def has_ended(self) -> bool:
        """Whether the server was killed."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def snapshot(self, sandbox: str | None) -> httpx.Response:
        """Take a snapshot, and see how it ended."""
        answer = self.client.post(f"/sandboxes/{sandbox}/snapshots", json={})
        if answer.is_success:
            address = f"/snapshots/{answer.json()['id']}"
            until(lambda: self.client.get(address).json()["status"]["state"] != "Creating")
            answer = self.client.get(address)
        return answer

    def left(self) -> dict[str, Any]:
        """Count what there is of sandboxes and snapshots."""
        return {
            "sandboxes": sorted(os.listdir(self.state / "sandboxes")),
            "snapshots": sorted(os.listdir(self.state / "snapshots")),
            "processes": len(living_in(self.state)),
            "groups": sorted(
                str(group)
                for own in control_groups(self.state)
                for group in own.iterdir()
                if group.is_dir() and group.name != "probe"
            ),
            "mounts": Path("/proc/self/mountinfo").read_text().count(f"{self.state}/sandboxes"),
            "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
        }

    def has_no_more_than(self, before: dict[str, Any]) -> bool:
        """Whether as much is left; of descriptors fewer will do, since one more was open while the last files were removed."""
        now = self.left()
        return now["descriptors"] <= before["descriptors"] and now == before | {
            "descriptors": now["descriptors"]
        }


def prepared(
    deployment: Deployment, operation: str
) -> tuple[Callable[[], httpx.Response], Callable[[], None]]:
    """Make what an operation needs; returns the operation, and what ends all that there is then."""
    client = deployment.client
    sandbox = None if operation == "create" else deployment.create().raise_for_status().json()["id"]
    if operation == "create":
        act = deployment.create
    elif operation == "snapshot":
        act = lambda: deployment.snapshot(sandbox)  # noqa: E731
    elif operation == "kill":
        act = lambda: deployment.kill(sandbox)  # noqa: E731
    else:
        snapshot = deployment.snapshot(sandbox).raise_for_status().json()["id"]
        act = lambda: client.delete(f"/snapshots/{snapshot}")  # noqa: E731

    def end() -> None:
        for kind in ("sandboxes", "snapshots"):
            for item in client.get(f"/{kind}").json()["items"]:
                client.delete(f"/{kind}/{item['id']}").raise_for_status()

    return act, end


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="faults-") as directory:
        yield Path(directory) / "s"


@pytest.mark.parametrize("case", some_of(FAILURES, every=16), ids=str)
def test_a_call_that_fails_costs_no_more_than_its_operation(state: Path, case: tuple[str, str, str]) -> None:
    operation, call, error = case
    hits = 0
    with Deployment(state) as deployment:
        act, end = prepared(deployment, operation)
        act()
        end()
        until(lambda: not deployment.left()["sandboxes"])
        before = deployment.left()
        for nth in itertools.count(1):
            act, end = prepared(deployment, operation)
            with failing(deployment.pid, call, nth, error) as fault:
                answer = act()
            if answer.is_error:
                assert set(answer.json()) == {"code", "message"}
            end()
            until(lambda: deployment.has_no_more_than(before))
            if not fault.hit:
                assert answer.is_success
                break
            hits += 1
    assert hits, f"{operation} makes no such call any more"
    assert started_for(state) == []
    assert control_groups(state) == []


@pytest.mark.long
@pytest.mark.parametrize("case", DEATHS, ids=str)
def test_a_server_that_is_killed_amid_an_operation_leaves_nothing_to_the_next(
    state: Path, case: tuple[str, str]
) -> None:
    operation, call = case
    hits = 0
    for nth in DEADLY:
        with Deployment(state) as deployment:
            act, end = prepared(deployment, operation)
            with (
                deadly(deployment.pid, call, nth) as fault,
                contextlib.suppress(httpx.TransportError),  # as the server is gone
            ):
                act()
        with Deployment(state) as deployment:
            left = deployment.left()
            kept = deployment.client.get("/snapshots").json()["items"]
            assert sorted(item["id"] for item in kept) == left["snapshots"]
            for item in kept:
                request = {"snapshotId": item["id"], "resourceLimits": {}, "timeout": 600}
                deployment.client.post("/sandboxes", json=request).raise_for_status()
            assert (left["sandboxes"], left["processes"], left["groups"], left["mounts"]) == ([], 0, [], 0)
            _, end = prepared(deployment, operation)
            end()
        if not fault.hit:
            break
        hits += 1
    assert hits, f"{operation} makes no such call any more"
    assert started_for(state) == []
    assert control_groups(state) == []
