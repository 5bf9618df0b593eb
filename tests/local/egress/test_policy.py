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
    (["deny 93.0.0.0/8", "allow example.com"], "example.com", "93.184.216.34", False),
    (["allow example.com", "deny 93.0.0.0/8"], "example.com", "93.184.216.34", True),
    (["deny example.com", "allow 93.0.0.0/8"], "example.com", "93.184.216.34", False),
]


@pytest.mark.parametrize(("rules", "name", "address", "expected"), ADDRESSES)
def test_rules_for_addresses_and_names_are_one_list(
    rules: list[str], name: str | None, address: str, expected: bool
) -> None:
    assert policy(*rules).allows(name, ip_address(address)) is expected


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
    assert policy(*rules, default="allow").opens_private(ip_address(address)) is expected


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
