"""The credential vault, where a sidecar keeps it and where the control plane does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._concurrency.pairs import async_gather_bounded
from opensandbox.config import ConnectionConfig
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
from tests._async.attaching import BOX, attach
from tests.support.deployment import Deployment
from tests.support.faults import FIN, answer

pytestmark = pytest.mark.anyio

POLICY = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="api.example.com")])
BINDING = {
    "name": "an/api",
    "match": {"hosts": ["api.example.com"]},
    "auth": {"type": "bearer", "credential": "a token"},
}


VAULT_ROUTE = f"/v1/sandboxes/{BOX}/credential-vault"
VAULT = {"revision": 1, "credentials": [], "bindings": []}


def config_of(server: LocalServer) -> ConnectionConfig:
    return ConnectionConfig(domain=server.domain, api_key=server.api_key, trust_env=False)


def credential(name: str) -> dict[str, Any]:
    return {"name": name, "source": {"value": "secret"}}


async def template_of(server: LocalServer) -> str:
    async with SandboxManager(connection_config=config_of(server)) as manager:
        made = await manager.create_template(
            CreateTemplateRequest(image="ubuntu", publish="s3://a/b", readiness={"warmup_seconds": 0})
        )
        await manager.wait_for_template(made.template_id, polling_interval=0.05)
        return made.template_id


@pytest.fixture(params=["sidecar", "control plane"])
async def lent(request: Any, local_server: LocalServer) -> AsyncIterator[Sandbox]:
    """A sandbox that may have a vault, and whose vault is kept in one of the two places."""
    config = config_of(local_server)
    if request.param == "sidecar":
        sandbox = await Sandbox.create(
            "ubuntu", network_policy=POLICY, credential_proxy={"enabled": True}, connection_config=config
        )
    else:
        template = await template_of(local_server)
        sandbox = await Sandbox.create_from_template(
            template, timeout=timedelta(minutes=10), network_policy=POLICY, connection_config=config
        )
    async with sandbox:
        yield sandbox
        with suppress(SandboxNotFoundException):
            await sandbox.kill()


async def test_a_vault_is_made_read_changed_and_removed(lent: Sandbox) -> None:
    vault = lent.credential_vault
    made = await vault.create(credentials=[credential("a token")], bindings=[BINDING])
    assert made.revision == 1
    changed = await vault.patch(expected_revision=1, credentials={"add": [credential("b/c ?#")]})
    assert [known.name for known in changed.credentials] == ["a token", "b/c ?#"]
    assert (await vault.get_credential("b/c ?#")).revision == 2
    assert (await vault.get_binding("an/api")).auth.type == "bearer"
    assert [known.name for known in await vault.list_bindings()] == ["an/api"]
    assert [known.name for known in await vault.list_credentials()] == ["a token", "b/c ?#"]
    await vault.delete()
    with pytest.raises(SandboxNotFoundException):
        await vault.get()


async def test_a_change_meant_for_another_revision_tells_the_present_one(lent: Sandbox) -> None:
    vault = lent.credential_vault
    await vault.create(credentials=[credential("a")], bindings=[])
    await vault.patch(credentials={"add": [credential("b")]})
    with pytest.raises(CredentialVaultRevisionException, match="at revision 2, not 1") as refused:
        await vault.patch(expected_revision=1, credentials={"delete": ["a"]})
    assert (refused.value.expected_revision, refused.value.current_revision) == (1, 2)
    assert [known.name for known in refused.value.state.credentials] == ["a", "b"]
    assert refused.value.status_code in (409, 412)
    assert (await vault.get()).revision == 2


async def test_writers_who_read_and_write_again_lose_nothing(lent: Sandbox) -> None:
    vault = lent.credential_vault
    await vault.create(credentials=[], bindings=[])

    async def add(name: str) -> None:
        await vault.update(lambda state: {"credentials": {"add": [credential(name)]}}, attempts=20)

    await async_gather_bounded(add, [f"token-{number}" for number in range(8)], 8)
    state = await vault.get()
    assert state.revision == 9
    assert [known.name for known in state.credentials] == [f"token-{number}" for number in range(8)]


async def test_what_need_not_be_changed_is_not_written(lent: Sandbox) -> None:
    vault = lent.credential_vault
    await vault.create(credentials=[credential("a")], bindings=[])

    def once(state: Any) -> CredentialVaultPatchRequest | None:
        known = [one.name for one in state.credentials]
        return None if "b" in known else CredentialVaultPatchRequest(credentials={"add": [credential("b")]})

    assert (await vault.update(once)).revision == 2
    assert (await vault.update(once)).revision == 2


async def test_a_vault_needs_a_network_policy(local_server: LocalServer) -> None:
    template = await template_of(local_server)
    sandbox = await Sandbox.create_from_template(
        template, timeout=timedelta(minutes=10), connection_config=config_of(local_server)
    )
    async with sandbox:
        with pytest.raises(SandboxConflictException, match="network policy"):
            await sandbox.credential_vault.create(credentials=[], bindings=[])
        await sandbox.kill()


async def test_errors_of_the_server_keep_their_code(lent: Sandbox) -> None:
    vault = lent.credential_vault
    await vault.create(credentials=[], bindings=[])
    with pytest.raises(SandboxInvalidRequestException, match="names the credential") as refused:
        await vault.patch(bindings={"add": [BINDING]})
    assert "secret" not in str(refused.value)
    with pytest.raises(SandboxConflictException, match="exists already"):
        await vault.create(credentials=[], bindings=[])


# What a real server does not do at will


async def templated(deployment: Deployment) -> Sandbox:
    sandbox = await attach(deployment)
    sandbox.origin = "template"
    return sandbox


async def test_a_lost_answer_is_looked_after(deployment: Deployment) -> None:
    async with await templated(deployment) as sandbox:
        deployment.always(f"PATCH {VAULT_ROUTE}", [FIN])
        deployment.always(f"GET {VAULT_ROUTE}", [answer(200, VAULT, x_request_id="r")])
        asked = []

        def change(state: Any) -> Any:
            asked.append(state.revision)
            return {"credentials": {"delete": ["a"]}} if len(asked) == 1 else None

        assert (await sandbox.credential_vault.update(change)).revision == 1
    assert asked == [1, 1]


async def test_a_conflict_about_something_else_is_told_as_it_is(deployment: Deployment) -> None:
    async with await templated(deployment) as sandbox:
        gone = answer(412, {"code": "X", "message": "the proxy is not up"})
        deployment.script(f"PATCH {VAULT_ROUTE}", [gone])
        deployment.always(f"GET {VAULT_ROUTE}", [answer(200, VAULT, x_request_id="r")])
        with pytest.raises(SandboxConflictException, match="the proxy is not up") as refused:
            await sandbox.credential_vault.patch(expected_revision=1)
        assert not isinstance(refused.value, CredentialVaultRevisionException)


async def test_attempts_are_at_least_one(deployment: Deployment) -> None:
    async with await attach(deployment) as sandbox:
        with pytest.raises(
            InvalidArgumentException, match="attempts must be an integer of 1 or more, such as 8, not 0"
        ):
            await sandbox.credential_vault.update(lambda state: None, attempts=0)
