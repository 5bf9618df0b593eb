"""Network policies and the vault: what is written is read back, and secrets are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opensandbox.constants import DEFAULT_EGRESS_PORT
from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.operations.egress import with_vault
from opensandbox.contract.results import Level, Part
from opensandbox.exceptions import SandboxConflictException
from opensandbox.models import NetworkPolicy, NetworkRule

if TYPE_CHECKING:
    from opensandbox.contract.world import World

order = Checks(Part.ORDER)


def _rules(policy: NetworkPolicy) -> dict[str | None, str]:
    return {rule.target: rule.action for rule in policy.egress or ()}


@order("patch_policy", Level.V1_1, optional=True)
def rules_are_merged_by_target(world: World) -> None:
    """A rule for a known target takes its place, others are added, and what is deleted is gone."""
    box = world.policed
    before = _rules(box.get_egress_policy())
    expect(before.get("api.example.com") == "allow", f"the policy of the creation reads {before}")
    box.patch_egress_rules(
        [
            NetworkRule(action="allow", target="first.example.com"),
            NetworkRule(action="deny", target="second.example.com"),
        ]
    )
    box.patch_egress_rules([NetworkRule(action="deny", target="first.example.com")])
    merged = _rules(box.get_egress_policy())
    wanted = {**before, "first.example.com": "deny", "second.example.com": "deny"}
    expect(merged == wanted, f"two patches come to {merged}, not {wanted}")
    box.delete_egress_rules(["first.example.com", "second.example.com"])
    left = _rules(box.get_egress_policy())
    expect(left == before, f"after the deletion of both the policy reads {left}")


@order("patch_policy", Level.V1_2, optional=True)
def ports_of_a_rule_are_kept(world: World) -> None:
    """A rule for one port is read back with it. A server that drops ports leaves a rule wider than written."""
    from opensandbox.contract.results import Differs
    from opensandbox.exceptions import SandboxNotSupportedException

    rule = NetworkRule(action="allow", target="10.9.8.0/24", ports=[443])
    try:
        world.policed.patch_egress_rules([rule])
    except SandboxNotSupportedException as failure:
        raise Differs(f"ports are dropped: {failure}") from failure
    found = [one for one in world.policed.get_egress_policy().egress or () if one.target == rule.target]
    expect(found and found[0].ports == rule.ports, f"a rule for port 443 is read back as {found}")


@order("patch_credential_vault", Level.V1_1, optional=True)
def a_stale_revision_is_refused(world: World) -> None:
    """409 or 412, and the vault is as it was."""
    vault = with_vault(world)
    revision = vault.get().revision
    try:
        vault.patch(expected_revision=revision + 7, bindings={"delete": ["an/api"]})
    except SandboxConflictException:
        pass
    else:
        expect(False, "a patch with a revision that is not the present one is accepted")
    expect(vault.get().revision == revision, "a refused patch has changed the revision")


@order("get_credential_vault", Level.V1_1, optional=True)
def secrets_never_come_back(world: World) -> None:
    """No answer of the vault holds the value of a credential."""
    with_vault(world)
    with world.policed.http(DEFAULT_EGRESS_PORT) as client:
        for path in ("", "/credentials", "/bindings"):
            said = client.get(f"/credential-vault{path}").text
            expect(json.dumps("secret") not in said, f"GET /credential-vault{path} tells a secret")
