"""Every operation of the egress sidecar is reached by a call of the SDK, and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from opensandbox import SandboxSync
from opensandbox.contract.specs import operations
from opensandbox.local import LocalServer
from opensandbox.models import NetworkRule
from tests.support.contract.watching import WATCH

SECRET = {"name": "api", "source": {"value": "the secret"}}
BINDING = {
    "name": "api",
    "match": {"hosts": ["api.example.com"]},
    "auth": {"type": "bearer", "credential": "api"},
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxSync]:
    with (
        LocalServer(spares=0) as server,
        SandboxSync.ephemeral(
            "ubuntu",
            network_policy={
                "defaultAction": "deny",
                "egress": [{"action": "allow", "target": "api.example.com"}],
            },
            credential_proxy={"enabled": True},
            connection_config=server.connection_config_sync(),
        ) as sandbox,
    ):
        sandbox.credential_vault.create(credentials=[SECRET], bindings=[BINDING])
        yield sandbox


def create_again(sandbox: SandboxSync) -> None:
    sandbox.credential_vault.delete()
    sandbox.credential_vault.create(credentials=[SECRET], bindings=[BINDING])


CALLS: dict[str, Callable[[SandboxSync], object]] = {
    "get_policy": lambda sandbox: sandbox.get_egress_policy(),
    "patch_policy": lambda sandbox: sandbox.patch_egress_rules(
        [NetworkRule(action="allow", target="example.org")]
    ),
    "delete_policy": lambda sandbox: sandbox.delete_egress_rules(["example.org"]),
    "post_credential_vault": create_again,
    "get_credential_vault": lambda sandbox: sandbox.credential_vault.get(),
    "patch_credential_vault": lambda sandbox: sandbox.credential_vault.patch(
        credentials={"replace": [SECRET]}
    ),
    "delete_credential_vault": create_again,
    "get_credential_vault_bindings": lambda sandbox: sandbox.credential_vault.list_bindings(),
    "get_credential_vault_bindings_binding_name": lambda sandbox: sandbox.credential_vault.get_binding("api"),
    "get_credential_vault_credentials": lambda sandbox: sandbox.credential_vault.list_credentials(),
    "get_credential_vault_credentials_credential_name": lambda sandbox: (
        sandbox.credential_vault.get_credential("api")
    ),
}


def test_every_operation_has_a_line() -> None:
    assert set(CALLS) == {operation.name for operation in operations()["egress"]}


@pytest.mark.parametrize("operation", CALLS)
def test_the_operation_is_reached_and_answered(sandbox: SandboxSync, operation: str) -> None:
    mark = len(WATCH.seen)
    CALLS[operation](sandbox)
    statuses = {seen.status for seen in WATCH.since(mark) if seen.operation == operation}
    # 0 is the request.
    assert 0 in statuses
    assert len(statuses) == 2
    assert all(status < 300 for status in statuses)
