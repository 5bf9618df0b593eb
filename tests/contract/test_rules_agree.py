"""The checks at the door and those of the embedded server: written apart, and of one mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opensandbox._core.control import creation_rules
from opensandbox._core.control.labels import check_labels
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local.api import create_request, labels
from opensandbox.local.errors import ApiError
from opensandbox.local.hooks import instants
from opensandbox.local.record import now
from opensandbox.local.resources import limits
from opensandbox.models import LifecycleHook, PeriodicLifecycleHook, SandboxLifecycle

ALPHABET = st.sampled_from("aZ09-_./ é=\0")
TEXT = st.text(ALPHABET, max_size=8) | st.sampled_from(
    ["a" * 63, "a" * 64, "a" * 253 + "/a", "a" * 254 + "/a"]
)


def allows(check: Callable[..., Any], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except (ApiError, InvalidArgumentException, ValueError):
        return False
    return True


@given(key=TEXT, value=TEXT)
@example("opensandbox.io/a", "b")
@example("a\n", "b")
@example("a", "b\n")
@example("example.com/a", "")
def test_labels_are_the_same_on_both_sides(key: str, value: str) -> None:
    assert allows(check_labels, "metadata", {key: value}) == allows(labels.check_labels, {key: value})


@given(name=TEXT | st.sampled_from(["OPENSANDBOX_LIFECYCLE", "OPENSANDBOX_EGRESS_X"]), value=TEXT)
@example("OPENSANDBOX_EGRESS_POLICY_FILE", "/a")
def test_variables_are_the_same_on_both_sides(name: str, value: str) -> None:
    door = allows(creation_rules.check_environment, {name: value})
    assert door == allows(create_request._environment, {name: value})


@given(
    text=st.text(st.sampled_from("0159 -."), max_size=6) | st.sampled_from(["300", "86400", "86401", "٣٠٠"])
)
def test_renewals_on_access_are_the_same_on_both_sides(text: str) -> None:
    extensions = {"access.renew.extend.seconds": text}
    # A number may begin with zeros: one side takes five digits, the other nine.
    door = allows(creation_rules.check_extensions, extensions)
    assert door >= allows(create_request._renew_on_access, extensions)


@given(
    text=st.text(st.sampled_from("0123.eEmMgGkKiIbB -"), max_size=6), key=st.sampled_from(["cpu", "memory"])
)
def test_amounts_that_the_server_takes_are_not_refused_at_the_door(text: str, key: str) -> None:
    if allows(limits, {key: text}):
        assert allows(creation_rules.check_resources, "resource", {key: text})


@pytest.mark.parametrize(
    "text", ["* * * * *", "*/5 1-3 L * 5#2", "@hourly", "@annually", "@every 1s", " @daily ", "@every 86400s"]
)
def test_schedules_that_the_server_takes_are_not_refused_at_the_door(text: str) -> None:
    assert allows(instants, text, now())
    hook = PeriodicLifecycleHook(name="a", schedule=text, command=["b"])
    assert allows(creation_rules.check_hooks, SandboxLifecycle(periodic=[hook]))


def test_time_limits_of_hooks_have_the_same_ends() -> None:
    for seconds, fits in ((0, False), (1, True), (10800, True), (10801, False)):
        hook = LifecycleHook(command=["a"], timeout_seconds=seconds)
        assert allows(creation_rules.check_hooks, SandboxLifecycle(pre_start=hook)) is fits
