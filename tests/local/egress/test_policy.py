"""What a policy decides, as values."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from opensandbox.local.egress.policy import DENY_ALL, UNRESTRICTED, TooManyRules, parse_policy, parse_rules


def policy(*rules: str, default: str = "deny") -> Any:
    written = [dict(zip(("action", "target"), rule.split(), strict=True)) for rule in rules]
    return parse_policy({"defaultAction": default, "egress": written})


NAMES = [
    (["allow example.com"], "example.com", True),
    (["allow example.com"], "sub.example.com", False),
    (["allow EXAMPLE.com."], "example.com", True),
    (["allow *.example.com"], "example.com", False),
    (["allow *.example.com"], "a.example.com", True),
    (["allow *.example.com"], "a.b.example.com", True),
    (["allow *.example.com"], "badexample.com", False),
    (["allow *.Example.COM"], "a.example.com", True),
    (["deny a.example.com", "allow *.example.com"], "a.example.com", False),
    (["allow *.example.com", "deny a.example.com"], "a.example.com", True),
    (["deny *.b.example.com", "allow *.example.com"], "a.b.example.com", False),
    (["allow 192.0.2.1"], "example.com", False),
]


@pytest.mark.parametrize(("rules", "name", "expected"), NAMES)
def test_the_first_matching_rule_decides_about_a_name(rules: list[str], name: str, expected: bool) -> None:
    assert policy(*rules).allows_name(name) is expected


def test_without_a_matching_rule_the_default_decides() -> None:
    assert policy("deny a.example.com", default="allow").allows_name("b.example.com")
    assert not policy("allow a.example.com").allows_name("b.example.com")
    assert not DENY_ALL.allows_name("example.com")
    assert UNRESTRICTED.allows_name("example.com")


ADDRESSES = [
    (["allow 93.184.216.34"], None, "93.184.216.34", True),
    (["allow 93.184.216.0/24"], None, "93.184.216.34", True),
    (["allow 2001:db8::/32"], None, "2001:db8::1", True),
    (["allow 93.184.216.34"], None, "93.184.216.35", False),
    (["allow example.com"], None, "93.184.216.34", False),
    (["deny 93.184.216.0/24", "allow 93.184.216.34"], None, "93.184.216.34", False),
    (["allow 93.184.216.34", "deny 93.184.216.0/24"], None, "93.184.216.34", False),
    (["deny 93.0.0.0/8", "allow example.com"], "example.com", "93.184.216.34", False),
    (["allow example.com", "deny 93.0.0.0/8"], "example.com", "93.184.216.34", False),
    (["deny example.com", "allow 93.0.0.0/8"], "example.com", "93.184.216.34", False),
    (["allow example.com", "allow 93.0.0.0/8"], "example.com", "93.184.216.34", True),
    (["allow 93.0.0.0/8", "deny ::ffff:93.184.216.34"], None, "93.184.216.34", False),
    (["allow 93.0.0.0/8", "deny ::ffff:93.184.216.0/120"], None, "93.184.216.34", False),
    (["allow ::ffff:93.184.216.34"], None, "93.184.216.34", True),
]


@pytest.mark.parametrize(("rules", "name", "address", "expected"), ADDRESSES)
def test_a_rule_that_denies_an_address_wins_over_every_rule_that_allows(
    rules: list[str], name: str | None, address: str, expected: bool
) -> None:
    assert policy(*rules).allows(name, ip_address(address), 443) is expected


def rule(action: str, target: str | None = None, ports: list[int] | None = None) -> dict[str, Any]:
    given = {"action": action, "target": target, "ports": ports}
    return {name: value for name, value in given.items() if value is not None}


SOME = "93.184.216.34"
PORTS: list[tuple[list[dict[str, Any]], str | None, int, bool]] = [
    ([rule("allow", SOME, [443])], None, 443, True),
    ([rule("allow", SOME, [443])], None, 80, False),
    ([rule("allow", "93.0.0.0/8", [80, 443])], None, 80, True),
    ([rule("allow", ports=[443])], None, 443, True),
    ([rule("allow", ports=[443])], None, 80, False),
    ([rule("allow", SOME), rule("deny", SOME, [25])], None, 25, False),
    ([rule("allow", SOME), rule("deny", SOME, [25])], None, 443, True),
    ([rule("allow", ports=[25]), rule("deny", ports=[25])], None, 25, False),
    ([rule("allow", "example.com"), rule("deny", ports=[25])], "example.com", 25, False),
    ([rule("allow", "example.com"), rule("deny", ports=[25])], "example.com", 443, True),
    ([rule("allow", "example.com")], "example.com", 8443, True),
]


@pytest.mark.parametrize(("rules", "name", "port", "expected"), PORTS)
def test_a_rule_with_ports_is_about_these_alone(
    rules: list[dict[str, Any]], name: str | None, port: int, expected: bool
) -> None:
    parsed = parse_policy({"defaultAction": "deny", "egress": rules})
    assert parsed.allows(name, ip_address(SOME), port) is expected


def test_ports_open_no_name() -> None:
    parsed = parse_policy({"egress": [rule("allow", ports=[443]), rule("allow", SOME)]})
    assert not parsed.allows_name("example.com")


def test_a_port_that_is_denied_everywhere_is_closed() -> None:
    parsed = parse_policy({"egress": [rule("deny", ports=[25]), rule("deny", SOME, [26])]})
    assert parsed.closes_port(25)
    assert not parsed.closes_port(26)


def test_ports_of_a_private_network_open_it_on_these_ports() -> None:
    parsed = parse_policy({"egress": [rule("allow", "10.0.0.0/8", [5432]), rule("allow", ports=[80])]})
    assert parsed.opens_private(ip_address("10.1.2.3"), 5432)
    assert not parsed.opens_private(ip_address("10.1.2.3"), 80)
    assert not parsed.opens_private(ip_address("10.1.2.3"), 443)


def test_rules_are_merged_by_target_and_set_of_ports() -> None:
    old = parse_policy(
        {"egress": [rule("allow", SOME), rule("allow", SOME, [80, 443]), rule("allow", ports=[1])]}
    )
    new = old.merged(parse_rules([rule("deny", SOME, [443, 80]), rule("deny", ports=[1, 2])]))
    assert [(one.allow, one.target, one.ports) for one in new.rules or ()] == [
        (False, SOME, (443, 80)),
        (False, "", (1, 2)),
        (True, SOME, ()),
        (True, "", (1,)),
    ]


def test_a_target_takes_all_its_rules_along_and_an_empty_text_those_without_one() -> None:
    old = parse_policy({"egress": [rule("allow", SOME), rule("allow", SOME, [80]), rule("allow", ports=[1])]})
    assert [one.target for one in old.without([SOME]).rules or ()] == [""]
    assert [one.target for one in old.without([""]).rules or ()] == [SOME, SOME]


def test_the_egress_api_says_an_empty_target_for_none() -> None:
    parsed = parse_policy({"egress": [rule("allow", ports=[443])]})
    assert parsed.as_json()["egress"] == [{"action": "allow", "target": "", "ports": [443]}]
    assert parse_policy(parsed.as_json()) == parsed


PRIVATE = [
    (["allow 127.0.0.1"], "127.0.0.1", True),
    (["allow 10.0.0.0/8"], "10.1.2.3", True),
    (["allow 10.1.0.0/16"], "10.1.2.3", True),
    (["allow fd00::/8"], "fd00::1", True),
    (["allow 0.0.0.0/0"], "127.0.0.1", False),
    (["allow ::/0"], "::1", False),
    (["deny 127.0.0.1", "allow 127.0.0.0/8"], "127.0.0.1", False),
    (["allow localhost"], "127.0.0.1", False),
    ([], "127.0.0.1", False),
]


@pytest.mark.parametrize(("rules", "address", "expected"), PRIVATE)
def test_private_addresses_open_only_to_a_rule_that_means_them(
    rules: list[str], address: str, expected: bool
) -> None:
    assert policy(*rules, default="allow").opens_private(ip_address(address), 443) is expected


def test_an_absent_policy_denies_and_an_absent_action_too() -> None:
    for empty in (None, {}, {"egress": None}, {"defaultAction": ""}, {"defaultAction": None}):
        assert parse_policy(empty).mode == "deny_all"
    assert parse_rules([{"target": "example.com"}])[0].allow is False
    assert parse_rules([{"action": "", "target": "example.com"}])[0].allow is False
    assert parse_rules([{"action": "ALLOW", "target": " example.com "}])[0].as_json() == {
        "action": "allow",
        "target": "example.com",
    }


def test_the_list_of_rules_is_null_until_one_was_set() -> None:
    assert parse_policy({"defaultAction": "allow"}).as_json() == {"defaultAction": "allow", "egress": None}
    assert parse_policy({"egress": []}).as_json() == {"defaultAction": "deny", "egress": []}


def test_mode_says_what_is_in_force() -> None:
    assert policy(default="allow").mode == "allow_all"
    assert policy().mode == "deny_all"
    assert policy("deny example.com", default="allow").mode == "enforcing"


def test_merged_rules_come_first_and_replace_those_for_their_target() -> None:
    old = policy("allow a.example.com", "allow b.example.com", default="allow")
    new = old.merged(parse_rules(policy("deny B.example.com", "deny c.example.com").as_json()["egress"]))
    assert [(rule.allow, rule.target) for rule in new.rules] == [
        (False, "B.example.com"),
        (False, "c.example.com"),
        (True, "a.example.com"),
    ]
    assert new.default_allow


def test_of_two_changes_for_one_target_the_first_counts() -> None:
    changes = parse_rules(policy("allow a.example.com", "deny A.example.com").as_json()["egress"])
    assert [rule.allow for rule in DENY_ALL.merged(changes).rules or ()] == [True]


def test_templates_keep_the_place_of_a_replaced_rule() -> None:
    old = policy("allow a.example.com", "allow b.example.com")
    changes = parse_rules(policy("allow c.example.com", "deny a.example.com").as_json()["egress"])
    assert [(rule.allow, rule.target[0]) for rule in old.merged_in_place(changes).rules or ()] == [
        (False, "a"),
        (True, "b"),
        (True, "c"),
    ]


def test_of_two_changes_for_one_target_the_first_counts_with_templates_too() -> None:
    changes = parse_rules(policy("allow a.example.com", "deny A.example.com").as_json()["egress"])
    assert [one.allow for one in policy("deny a.example.com").merged_in_place(changes).rules or ()] == [True]


def test_targets_are_removed_as_whole_texts() -> None:
    old = policy("allow a.example.com", "allow *.example.com")
    assert [rule.target for rule in old.without([" A.EXAMPLE.com "]).rules or ()] == ["*.example.com"]
    assert old.without(["b.example.com", "example.com"]) is old


BAD = [
    ([], "object"),
    ("allow", "object"),
    ({"defaultAction": "maybe"}, "defaultAction"),
    ({"defaultAction": 1}, "defaultAction"),
    ({"egress": {}}, "egress has to be an array"),
    ({"egress": ["example.com"]}, r"egress\[0\]"),
    ({"egress": [{"action": "allow"}]}, r"egress\[0\].target"),
    ({"egress": [{"action": "allow", "target": "  "}]}, "target"),
    ({"egress": [{"action": "block", "target": "a.example.com"}]}, "block"),
    ({"egress": [{"action": 1, "target": "a.example.com"}]}, "action"),
    ({"egress": [{"action": "allow", "target": "https://a.example.com"}]}, "https://a.example.com"),
    ({"egress": [{"action": "allow", "target": "*"}]}, "defaultAction"),
    ({"egress": [{"action": "allow", "target": "a.*.example.com"}]}, "neither"),
    ({"egress": [{"action": "allow", "target": "192.0.2.0/99"}]}, "neither"),
    ({"egress": [{"action": "allow", "target": "2130706433"}]}, "neither"),
    ({"egress": [{"action": "allow", "target": "10.0.0.0/255.0.0.0"}]}, "neither"),
    ({"egress": [{"action": "allow", "target": "10.0.0.0/0.255.255.255"}]}, "neither"),
    ({"egress": [{"action": "allow", "target": 1}]}, "text"),
    ({"egress": [{"action": "allow", "target": "a.example.com", "ports": [443]}]}, "cannot go with the name"),
    ({"egress": [{"action": "allow", "ports": []}]}, "1 to 256"),
    ({"egress": [{"action": "allow", "ports": [443, 443]}]}, "twice"),
    ({"egress": [{"action": "allow", "ports": [0]}]}, "65535"),
    ({"egress": [{"action": "allow", "ports": [True]}]}, "65535"),
    ({"egress": [{"action": "allow", "ports": [65536]}]}, "65535"),
    ({"egress": [{"action": "allow", "ports": list(range(1, 258))}]}, "256"),
]


@pytest.mark.parametrize(("value", "words"), BAD)
def test_a_wrong_policy_is_refused_by_the_name_of_its_fault(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_policy(value)


def test_the_number_of_rules_is_limited() -> None:
    def rules(count: int) -> list[dict[str, str]]:
        return [{"action": "allow", "target": f"host{number}.example.com"} for number in range(count)]

    full = parse_policy({"egress": rules(4096)})
    assert full.allows_name("host4095.example.com")
    with pytest.raises(TooManyRules, match="4097"):
        parse_policy({"egress": rules(4097)})
    with pytest.raises(TooManyRules):
        full.merged(parse_rules([{"action": "allow", "target": "more.example.com"}]))
