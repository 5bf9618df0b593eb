"""What may be said about pausing, waking and renewing, and about ports in network rules."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from opensandbox.models import ActivityProbe, IdlePolicy, NetworkRule, RenewalPolicy
from opensandbox.pool_types import PoolCreationSpec

IDLE: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"idle_timeout_seconds": 30, "on_idle": "pause"}, True),
    ({"idleTimeoutSeconds": "60", "onIdle": "pause"}, True),
    ({"idle_timeout_seconds": 29, "on_idle": "pause"}, False),
    ({"idle_timeout_seconds": 86401, "on_idle": "pause"}, False),
    ({"idle_timeout_seconds": 60, "on_idle": "kill"}, False),
    ({"idle_timeout_seconds": 60}, False),
    ({"on_idle": "pause"}, False),
    ({"wake_on_access": None}, False),
    ({"idle_timeout": 60}, False),
]


@pytest.mark.parametrize(("members", "fits"), IDLE)
def test_an_idle_time_and_what_to_do_then_go_together(members: dict[str, Any], fits: bool) -> None:
    assert accepted(IdlePolicy, **members) is fits


PROBES: list[tuple[dict[str, Any], bool]] = [
    ({"port": 80, "path": "/busy?deep=1"}, True),
    ({"port": 80, "path": "/" + "a" * 511}, True),
    ({"port": 80, "path": "/" + "a" * 512}, False),
    ({"port": 80, "path": "/geschäftig"}, True),
    ({"port": 80, "path": "busy"}, False),
    ({"port": 80, "path": "/a b"}, False),
    ({"port": 80, "path": "/a\n"}, False),
    ({"port": 80, "path": "/a\u00a0b"}, False),
    ({"port": 80, "path": "/\x7f"}, False),
    ({"port": 0, "path": "/"}, False),
    ({"port": 80, "path": "/", "timeout_seconds": 11}, False),
]


@pytest.mark.parametrize(("members", "fits"), PROBES)
def test_a_probe_asks_a_path_that_can_be_sent(members: dict[str, Any], fits: bool) -> None:
    assert accepted(ActivityProbe, **members) is fits


@pytest.mark.parametrize(("seconds", "fits"), [(299, False), (300, True), (86400, True), (86401, False)])
def test_a_renewal_has_bounds(seconds: int, fits: bool) -> None:
    assert accepted(RenewalPolicy, extend_seconds=seconds) is fits


TARGETS: list[tuple[str, bool]] = [
    ("10.0.0.1", True),
    (" 10.0.0.1/8 ", True),
    ("fe80::1%eth0", True),
    ("2001:db8::/32", True),
    ("", True),
    ("fe80::1%eth0/64", False),
    ("[::1]", False),
    ("10.0.0.0/255.0.0.0", False),
    ("10.0.0.0/33", False),
    ("010.0.0.1", False),
    ("1.2.3.4:80", False),
    ("*.example.com", False),
]


@pytest.mark.parametrize(("target", "fits"), TARGETS)
def test_ports_go_with_addresses_alone(target: str, fits: bool) -> None:
    assert accepted(NetworkRule, action="allow", target=target, ports=[443]) is fits


PORTS: list[tuple[Any, bool]] = [
    ([1, 65535], True),
    (["443", 80.0], True),
    (list(range(1, 257)), True),
    (list(range(1, 258)), False),
    ([], False),
    ([0], False),
    ([65536], False),
    ([443, 443], False),
    (443, False),
]


@pytest.mark.parametrize(("ports", "fits"), PORTS)
def test_ports_are_few_real_and_named_once(ports: Any, fits: bool) -> None:
    assert accepted(NetworkRule, action="allow", ports=ports) is fits


def test_a_rule_is_about_something() -> None:
    assert not accepted(NetworkRule, action="allow")
    assert not accepted(NetworkRule, action="allow", target=" ")
    blank = NetworkRule(action="allow", target="", ports=[443])
    assert blank == NetworkRule(action="allow", ports=[443])


def test_a_pool_from_a_template_may_have_an_idle_policy_and_nothing_else() -> None:
    spec = PoolCreationSpec(template_id="t", lifecycle={"idle_policy": {}})  # type: ignore[arg-type]
    assert spec.lifecycle is not None
    assert spec.lifecycle.idle_policy == IdlePolicy()
    with pytest.raises(ValueError, match="only have an idle_policy"):
        PoolCreationSpec(template_id="t", lifecycle={"periodic": []})  # type: ignore[arg-type]


def accepted(kind: type, **members: Any) -> bool:
    try:
        kind(**members)
    except ValidationError:
        return False
    return True
