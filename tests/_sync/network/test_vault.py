# Generated from tests/_async/network/test_vault.py by scripts/unasync.py. Do not edit.
"""The credential vault, where a sidecar keeps it and where the control plane does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._concurrency.pairs import gather_bounded
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    CredentialVaultRevisionException,
    InvalidArgumentException,
    SandboxConflictException,
    SandboxInvalidRequestException,
    SandboxNotFoundException,
)
from opensandbox.local import LocalServer
from opensandbox.models import CredentialVaultPatchRequest, NetworkPolicy, NetworkRule
from opensandbox.models.templates import CreateTemplateRequest
from tests._sync.attaching import BOX, attach
from tests.support.deployment import Deployment
from tests.support.faults import FIN, answer

POLICY = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="api.example.com")])
BINDING = {
    "name": "an/api",
    "match": {"hosts": ["api.example.com"]},
    "auth": {"type": "bearer", "credential": "a token"},
}


VAULT_ROUTE = f"/v1/sandboxes/{BOX}/credential-vault"
VAULT = {"revision": 1, "credentials": [], "bindings": []}


def config_of(server: LocalServer) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain=server.domain, api_key=server.api_key, trust_env=False)


def credential(name: str) -> dict[str, Any]:
    return {"name": name, "source": {"value": "secret"}}


def template_of(server: LocalServer) -> str:
    with SandboxManagerSync(connection_config=config_of(server)) as manager:
        made = manager.create_template(
            CreateTemplateRequest(image="ubuntu", publish="s3://a/b", readiness={"warmup_seconds": 0})
        )
        manager.wait_for_template(made.template_id, polling_interval=0.05)
        return made.template_id


@pytest.fixture(params=["sidecar", "control plane"])
def lent(request: Any, local_server: LocalServer) -> Iterator[SandboxSync]:
    """A sandbox that may have a vault, and whose vault is kept in one of the two places."""
    config = config_of(local_server)
    if request.param == "sidecar":
        sandbox = SandboxSync.create(
            "ubuntu", network_policy=POLICY, credential_proxy={"enabled": True}, connection_config=config
        )
    else:
        template = template_of(local_server)
        sandbox = SandboxSync.create_from_template(
            template, timeout=timedelta(minutes=10), network_policy=POLICY, connection_config=config
        )
    with sandbox:
        yield sandbox
        with suppress(SandboxNotFoundException):
            sandbox.kill()


def test_a_vault_is_made_read_changed_and_removed(lent: SandboxSync) -> None:
    vault = lent.credential_vault
    made = vault.create(credentials=[credential("a token")], bindings=[BINDING])
    assert made.revision == 1
    changed = vault.patch(expected_revision=1, credentials={"add": [credential("b/c ?#")]})
    assert [known.name for known in changed.credentials] == ["a token", "b/c ?#"]
    assert (vault.get_credential("b/c ?#")).revision == 2
    assert (vault.get_binding("an/api")).auth.type == "bearer"
    assert [known.name for known in vault.list_bindings()] == ["an/api"]
    assert [known.name for known in vault.list_credentials()] == ["a token", "b/c ?#"]
    vault.delete()
    with pytest.raises(SandboxNotFoundException):
        vault.get()


def test_a_change_meant_for_another_revision_tells_the_present_one(lent: SandboxSync) -> None:
    vault = lent.credential_vault
    vault.create(credentials=[credential("a")], bindings=[])
    vault.patch(credentials={"add": [credential("b")]})
    with pytest.raises(CredentialVaultRevisionException, match="at revision 2, not 1") as refused:
        vault.patch(expected_revision=1, credentials={"delete": ["a"]})
    assert (refused.value.expected_revision, refused.value.current_revision) == (1, 2)
    assert [known.name for known in refused.value.state.credentials] == ["a", "b"]
    assert refused.value.status_code in (409, 412)
    assert (vault.get()).revision == 2


def test_writers_who_read_and_write_again_lose_nothing(lent: SandboxSync) -> None:
    vault = lent.credential_vault
    vault.create(credentials=[], bindings=[])

    def add(name: str) -> None:
        vault.update(lambda state: {"credentials": {"add": [credential(name)]}}, attempts=20)

    gather_bounded(add, [f"token-{number}" for number in range(8)], 8)
    state = vault.get()
    assert state.revision == 9
    assert [known.name for known in state.credentials] == [f"token-{number}" for number in range(8)]


def test_what_need_not_be_changed_is_not_written(lent: SandboxSync) -> None:
    vault = lent.credential_vault
    vault.create(credentials=[credential("a")], bindings=[])

    def once(state: Any) -> CredentialVaultPatchRequest | None:
        known = [one.name for one in state.credentials]
        return None if "b" in known else CredentialVaultPatchRequest(credentials={"add": [credential("b")]})

    assert (vault.update(once)).revision == 2
    assert (vault.update(once)).revision == 2


def test_a_vault_needs_a_network_policy(local_server: LocalServer) -> None:
    template = template_of(local_server)
    sandbox = SandboxSync.create_from_template(
        template, timeout=timedelta(minutes=10), connection_config=config_of(local_server)
    )
    with sandbox:
        with pytest.raises(SandboxConflictException, match="network policy"):
            sandbox.credential_vault.create(credentials=[], bindings=[])
        sandbox.kill()


def test_errors_of_the_server_keep_their_code(lent: SandboxSync) -> None:
    vault = lent.credential_vault
    vault.create(credentials=[], bindings=[])
    with pytest.raises(SandboxInvalidRequestException, match="names the credential") as refused:
        vault.patch(bindings={"add": [BINDING]})
    assert "secret" not in str(refused.value)
    with pytest.raises(SandboxConflictException, match="exists already"):
        vault.create(credentials=[], bindings=[])


# What a real server does not do at will


def templated(deployment: Deployment) -> SandboxSync:
    sandbox = attach(deployment)
    sandbox.origin = "template"
    return sandbox


def test_a_lost_answer_is_looked_after(deployment: Deployment) -> None:
    with templated(deployment) as sandbox:
        deployment.always(f"PATCH {VAULT_ROUTE}", [FIN])
        deployment.always(f"GET {VAULT_ROUTE}", [answer(200, VAULT, x_request_id="r")])
        asked = []

        def change(state: Any) -> Any:
            asked.append(state.revision)
            return {"credentials": {"delete": ["a"]}} if len(asked) == 1 else None

        assert (sandbox.credential_vault.update(change)).revision == 1
    assert asked == [1, 1]


def test_a_conflict_about_something_else_is_told_as_it_is(deployment: Deployment) -> None:
    with templated(deployment) as sandbox:
        gone = answer(412, {"code": "X", "message": "the proxy is not up"})
        deployment.script(f"PATCH {VAULT_ROUTE}", [gone])
        deployment.always(f"GET {VAULT_ROUTE}", [answer(200, VAULT, x_request_id="r")])
        with pytest.raises(SandboxConflictException, match="the proxy is not up") as refused:
            sandbox.credential_vault.patch(expected_revision=1)
        assert not isinstance(refused.value, CredentialVaultRevisionException)


def test_attempts_are_at_least_one(deployment: Deployment) -> None:
    with attach(deployment) as sandbox:
        with pytest.raises(
            InvalidArgumentException, match="attempts must be an integer of 1 or more, such as 8, not 0"
        ):
            sandbox.credential_vault.update(lambda state: None, attempts=0)
