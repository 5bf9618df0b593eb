"""Warm spares: how many, who gets one, what happens when they die."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import BoxHost, box_host
from tests.local.runtime.processes import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def host() -> Iterator[BoxHost]:
    with box_host("root" if os.geteuid() == 0 else "user", spares=2) as running:
        yield running


def full(host: BoxHost) -> bool:
    return len(host.call("spares")) == 2


def test_a_spare_is_handed_over_and_replaced(host: BoxHost) -> None:
    until(lambda: full(host))
    before = host.call("spares")
    sandbox = host.launch(
        env={"WHO": "me"}, entrypoint=["sh", "-c", "echo $WHO > /tmp/who; sleep 100"], memory=1 << 30
    )
    assert sandbox.warm
    assert sandbox.pid in before
    assert sandbox.run("until test -s /tmp/who; do sleep 0.01; done; cat /tmp/who; echo $WHO") == "me\nme"
    until(lambda: full(host))
    assert sandbox.pid not in host.call("spares")


def test_there_are_never_more_than_asked_for(host: BoxHost) -> None:
    until(lambda: full(host))
    launched = [host.launch() for _ in range(4)]
    sizes = list[int]()

    def settled() -> bool:
        sizes.append(len(host.call("spares")))
        return sizes[-1] >= 2

    until(settled)
    for sandbox in launched:
        sandbox.do("kill")
    sizes += [len(host.call("spares")) for _ in range(10)]
    assert max(sizes) == 2
    until(lambda: len(list((host.state_dir / "sandboxes").iterdir())) == host.call("count"))


def test_a_request_of_another_shape_starts_cold(host: BoxHost) -> None:
    until(lambda: full(host))
    (host.place / "data").mkdir()
    sandbox = host.launch(mounts=[[str(host.place / "data"), "/mnt/data", False]])
    assert not sandbox.warm


def test_a_spare_that_died_is_not_handed_over(host: BoxHost) -> None:
    until(lambda: full(host))
    dead = host.call("spares")
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not set(dead).intersection(host.call("spares")))
    assert host.launch().run("echo alive") == "alive"
    until(lambda: full(host))
