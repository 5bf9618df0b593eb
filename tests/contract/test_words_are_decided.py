"""A new word of the contract asks for its decision: whatever decides by a word is listed here with what each word leads to.

Words that nothing decides by are listed, too, each with what becomes of them. So a word that is added to a spec fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from opensandbox._core.calls import outages
from opensandbox._core.control import states
from opensandbox._core.files.requests import is_directory
from opensandbox._core.network.ports import is_unrestricted
from opensandbox._core.run.events import read_event
from opensandbox.exceptions import SandboxException, SandboxTerminatedException
from opensandbox.models.execd import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)
from opensandbox.models.filesystem import EntryInfo
from opensandbox.models.sandboxes import (
    NetworkPolicy,
    SandboxInfo,
    SandboxStatus,
    SnapshotInfo,
    SnapshotStatus,
)
from opensandbox.models.templates import TemplateInfo, TemplateStatus

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def words() -> dict[str, tuple[str, ...]]:
    """Return the words of every list in the specs, open ones by their examples, under the path that leads there."""
    found: dict[str, tuple[str, ...]] = {}

    def collect(node: object, path: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            listed = node.get("enum") or (node.get("type") == "string" and node.get("examples"))
            if listed:
                found[".".join(part for part in path if part not in ("properties", "items"))] = tuple(listed)
            for key, value in node.items():
                collect(value, (*path, str(key)))

    for api in ("diagnostics", "egress", "execd", "lifecycle"):
        schemas = yaml.safe_load((ROOT / f"openapi/{api}.yaml").read_text())["components"]["schemas"]
        for name, schema in schemas.items():
            collect(schema, (api, name))
    return found


class Decision(NamedTuple):
    by: str
    """Who decides."""
    of: Callable[[str], object]
    """What is decided about a word; an exception that is raised stands for itself."""
    words: dict[str, object]


def sandbox(state: str) -> SandboxInfo:
    return SandboxInfo(
        id="s",
        status=SandboxStatus(state=state),
        entrypoint=["sh"],
        expires_at=None,
        created_at=NOW,
        image=None,
    )


def about_sandbox(state: str) -> object:
    """Tell what a wait for another state, a call that got no answer, and its message make of a state."""
    try:
        states.has_state(sandbox(state), "Elsewhere")
    except SandboxTerminatedException:
        assert outages.ended(sandbox(state)) is not None
        return "over"
    assert outages.ended(sandbox(state)) is None
    return "asleep" if outages.remark_on(sandbox(state)) else "goes on"


def about_snapshot(state: str) -> object:
    status = SnapshotStatus(state=state)
    return states.is_ready(SnapshotInfo(id="n", sandbox_id="s", status=status, created_at=NOW))


def about_template(phase: str) -> object:
    return states.is_built(
        TemplateInfo.model_construct(
            template_id="t", image="i", status=TemplateStatus.model_construct(phase=phase)
        )
    )


def about_event(kind: str) -> object:
    event = read_event({"type": kind, "text": "x", "timestamp": 1, "execution_count": 2})
    return None if event is None else type(event).__name__


DECISIONS = {
    "lifecycle.SandboxState": Decision(
        "_core/control/states.py, _core/calls/outages.py",
        about_sandbox,
        {
            "Pending": "goes on", "Running": "goes on", "Pausing": "asleep", "Paused": "asleep", "Resuming": "goes on",
            "Stopping": "goes on", "Terminated": "over", "Failed": "over", "Unknown": "goes on",
        },
    ),
    "lifecycle.SnapshotState": Decision(
        "_core/control/states.py",
        about_snapshot,
        {"Creating": False, "Ready": True, "Failed": "SnapshotFailedException", "Deleting": False},
    ),
    "lifecycle.FsbTemplateStatus.phase": Decision(
        "_core/control/states.py",
        about_template,
        {"Pending": False, "Building": False, "Succeeded": True, "Failed": "TemplateFailedException"},
    ),
    "execd.ServerStreamEvent.type": Decision(
        "_core/run/events.py",
        about_event,
        {
            "init": ExecutionInit.__name__, "stdout": OutputMessage.__name__, "stderr": OutputMessage.__name__,
            "result": ExecutionResult.__name__, "error": ExecutionError.__name__,
            "execution_complete": ExecutionComplete.__name__, "execution_count": "ExecutionCount",
            "status": None, "ping": None,
        },
    ),
    "execd.FileInfo.type": Decision(
        "_core/files/requests.py",
        lambda word: is_directory(EntryInfo.model_construct(path="/a", entry_type=word)),
        {"file": False, "directory": True, "symlink": False, "other": False},
    ),
    "egress.NetworkPolicy.defaultAction": Decision(
        "_core/network/ports.py",
        lambda word: is_unrestricted(NetworkPolicy(default_action=word, egress=[])),
        {"allow": True, "deny": False},
    ),
}  # fmt: skip

SHOWN = "handed to the caller as it is"
SENT = "sent as the caller wrote it; a word of a newer server goes through"
NOT_DECIDED_BY = {
    "diagnostics.DiagnosticContentResponse.delivery": "whichever of content and link is there is used",
    "diagnostics.DiagnosticContentResponse.kind": SHOWN,
    "egress.CredentialMatch.schemes": SENT,
    "egress.CredentialSubstitution.in": SENT,
    "egress.NetworkRule.action": SENT,
    "execd.CapabilitiesResponse.hardening.init_mode": SHOWN,
    "execd.CreateIsolatedSessionRequest.profile": SENT,
    "execd.CreateIsolatedSessionRequest.uid_mode": SENT,
    "execd.EnvPassthroughSpec.mode": SENT,
    "execd.HardeningLayerState.state": SHOWN,
    "execd.IsolatedOverlaySpec.mode": SENT,
    "execd.IsolatedSessionSummary.status": SHOWN,
    "execd.IsolatedWorkspaceSpec.mode": SENT,
    "execd.SessionState.profile": SHOWN,
    "execd.SessionState.status": SHOWN,
    "execd.SessionState.uid_mode": SHOWN,
    "lifecycle.AllocationSummary.mode": SHOWN,
    "lifecycle.AllocationSummary.state": SHOWN,
    "lifecycle.CreateFsbTemplateRequest.format": SENT,
    "lifecycle.CredentialMatch.schemes": SENT,
    "lifecycle.CredentialSubstitution.in": SENT,
    "lifecycle.FsbTemplate.format": SHOWN,
    "lifecycle.IdlePolicy.onIdle": SENT,
    "lifecycle.MetricsEvent.eventType": "the package reports nothing about its users",
    "lifecycle.NetworkPolicy.defaultAction": "read into the model that the sidecar's policy is read into",
    "lifecycle.NetworkRule.action": SENT,
    "lifecycle.OSSFS.version": SENT,
    "lifecycle.PlatformSpec.arch": SENT,
    "lifecycle.PlatformSpec.os": SENT,
}


def test_every_list_of_words_is_decided_by_or_the_table_says_what_becomes_of_it() -> None:
    assert set(words()) == {*DECISIONS, *NOT_DECIDED_BY}


@pytest.mark.parametrize("where", DECISIONS)
def test_every_word_leads_to_what_the_table_says(where: str) -> None:
    decision = DECISIONS[where]
    undecided = set(words()[where]) ^ set(decision.words)
    assert undecided == set(), f"{decision.by} decides by {where}: what do these lead to?"

    def decided(word: str) -> object:
        try:
            return decision.of(word)
        except SandboxException as exc:
            return type(exc).__name__

    assert {word: decided(word) for word in decision.words} == decision.words


def test_the_states_that_are_known_are_those_of_the_contract() -> None:
    assert set(states.SANDBOX_STATES) == set(words()["lifecycle.SandboxState"])
    assert set(states.SNAPSHOT_STATES) == set(words()["lifecycle.SnapshotState"])
