"""Network rules for ports: kept by servers that know them, and never left wider than written by those that do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import async_gather_outcomes
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxNotFoundException, SandboxNotSupportedException
from opensandbox.local import LocalServer
from opensandbox.models import NetworkPolicy, NetworkRule
from tests._async.attaching import BOX, attach, config_for
from tests.support.deployment import Deployment
from tests.support.faults import Request, answer

pytestmark = pytest.mark.anyio

RULE = NetworkRule(action="allow", target="10.0.0.0/8", ports=[443, 5432])
PORT_ONLY = NetworkRule(action="deny", ports=[25])
EMPTY = NetworkPolicy(default_action="deny", egress=[])
POLICY = NetworkPolicy(default_action="deny", egress=[RULE])


class Sidecar:
    """Keeps a policy as the sidecar of 1.2 does, or without the ports as that of 1.1.1."""

    def __init__(
        self,
        deployment: Deployment,
        rules: list[dict[str, Any]],
        *,
        keeps_ports: bool,
        unrestricted: bool = False,
    ) -> None:
        self.rules = rules
        self._default = "allow" if unrestricted else "deny"
        self._keeps_ports = keeps_ports
        self._before = deployment.app
        deployment.app = self._answer

    def _answer(self, request: Request) -> bytes:
        if not request.path.endswith("/18080/policy"):
            return self._before(request)
        if request.method == "PATCH":
            self.rules = [self._read(rule) for rule in request.json] + self.rules
            self._default = "deny"
        elif request.method == "DELETE":
            self.rules = [rule for rule in self.rules if rule["target"] not in request.json]
        policy = {"defaultAction": self._default, "egress": self.rules}
        status = {"status": "ok", "mode": "enforcing", "enforcementMode": "dns+nft"}
        return answer(200, {**status, "policy": policy}, x_request_id="r")

    def _read(self, rule: dict[str, Any]) -> dict[str, Any]:
        rule = {"target": "", **rule}
        return rule if self._keeps_ports else {key: rule[key] for key in ("action", "target")}


def wire(rule: NetworkRule) -> dict[str, Any]:
    return {"target": "", **rule.model_dump(exclude_none=True)}


async def test_rules_that_lose_their_ports_are_not_put_in_force(deployment: Deployment) -> None:
    kept = {"action": "deny", "target": "10.1.0.0/16"}
    sidecar = Sidecar(deployment, [kept], keeps_ports=False)
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxNotSupportedException, match="drops `ports`"):
            await sandbox.patch_egress_rules([RULE])
    assert sidecar.rules == [kept]
    sent = [request.body for request in deployment.requests if request.method == "PATCH"]
    assert not any(b"10.0.0.0" in body for body in sent), "not even for a moment"


async def test_a_sandbox_without_a_policy_is_not_shut_by_a_probe(deployment: Deployment) -> None:
    sidecar = Sidecar(deployment, [], keeps_ports=True, unrestricted=True)
    async with await attach(deployment) as sandbox:
        await sandbox.patch_egress_rules([RULE])
    assert sidecar.rules == [wire(RULE)]
    assert sum(line.startswith("PATCH") for line in deployment.lines()) == 1


async def test_rules_that_lose_their_ports_do_not_stay_where_there_was_no_policy(
    deployment: Deployment,
) -> None:
    sidecar = Sidecar(deployment, [], keeps_ports=False, unrestricted=True)
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxNotSupportedException, match="denies everything now"):
            await sandbox.patch_egress_rules([RULE])
    assert sidecar.rules == []


async def test_several_may_find_out_at_a_time(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key, trust_env=False)
    async with Sandbox.ephemeral("ubuntu", network_policy=EMPTY, connection_config=config) as sandbox:
        others = [await Sandbox.connect(sandbox.id, config) for _ in range(6)]

        async def patch(other: Sandbox) -> None:
            await other.patch_egress_rules([NetworkRule(action="allow", target="10.0.0.1", ports=[443])])

        outcomes = await async_gather_outcomes(patch, others, len(others))
        for other in others:
            await other.close()
        assert [str(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == []
        assert len((await sandbox.get_egress_policy()).egress) == 1


async def test_rules_without_ports_are_sent_as_ever(deployment: Deployment) -> None:
    sidecar = Sidecar(deployment, [], keeps_ports=False)
    async with await attach(deployment) as sandbox:
        await sandbox.patch_egress_rules([NetworkRule(action="allow", target="example.com")])
    assert sidecar.rules == [{"action": "allow", "target": "example.com"}]
    assert [line.partition(" ")[0] for line in deployment.lines()] == ["GET", "GET", "PATCH"]


async def test_that_ports_are_kept_is_found_out_once(deployment: Deployment) -> None:
    sidecar = Sidecar(deployment, [], keeps_ports=True)
    async with await attach(deployment) as sandbox:
        await sandbox.patch_egress_rules([RULE])
        assert sidecar.rules == [wire(RULE)]
        deployment.requests.clear()
        await sandbox.patch_egress_rules([PORT_ONLY])
        assert deployment.lines() == [f"PATCH /at/{BOX}/18080/policy"]
        assert (await sandbox.get_egress_policy()).egress == [PORT_ONLY, RULE]
        await sandbox.delete_egress_rules([""])
    assert sidecar.rules == [wire(RULE)]


async def test_a_policy_that_shows_ports_proves_it(deployment: Deployment) -> None:
    Sidecar(deployment, [wire(RULE)], keeps_ports=True)
    async with await attach(deployment) as sandbox:
        await sandbox.patch_egress_rules([PORT_ONLY])
    assert sum(line.startswith("PATCH") for line in deployment.lines()) == 1


async def test_a_sandbox_whose_policy_lost_its_ports_is_removed(deployment: Deployment) -> None:
    Sidecar(deployment, [{"action": "allow", "target": "10.0.0.0/8"}], keeps_ports=False)
    with pytest.raises(SandboxNotSupportedException, match="the sandbox is removed"):
        await Sandbox.create("ubuntu", network_policy=POLICY, connection_config=config_for(deployment))
    assert deployment.alive == {}


async def test_a_sandbox_whose_policy_has_its_ports_is_handed_over(deployment: Deployment) -> None:
    # In another spelling: ports in another order, the network with other host bits.
    told = {"action": "allow", "target": "10.0.0.1/8", "ports": [5432, 443]}
    Sidecar(deployment, [told], keeps_ports=True)
    sandbox = await Sandbox.create("ubuntu", network_policy=POLICY, connection_config=config_for(deployment))
    await sandbox.destroy()


@pytest.fixture
async def limited(local_server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key, trust_env=False)
    async with await Sandbox.create("ubuntu", network_policy=POLICY, connection_config=config) as sandbox:
        yield sandbox
        with suppress(SandboxNotFoundException):
            await sandbox.kill()


async def test_the_embedded_server_keeps_them(limited: Sandbox) -> None:
    assert (await limited.get_egress_policy()).egress == [RULE]
    await limited.patch_egress_rules([PORT_ONLY, NetworkRule(action="deny", target="10.0.0.0/8")])
    read = (await limited.get_egress_policy()).egress
    assert read == [PORT_ONLY, NetworkRule(action="deny", target="10.0.0.0/8"), RULE]
    await limited.delete_egress_rules([""])
    await limited.delete_egress_rules(["10.0.0.0/8"])
    assert (await limited.get_egress_policy()).egress == []
