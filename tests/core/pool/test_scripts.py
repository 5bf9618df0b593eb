"""What holds for the Lua texts without a server: clusters run a script where its keys are, and those have to be told."""

from __future__ import annotations

import re

import pytest

from opensandbox._core.pool import scripts as pool_scripts
from opensandbox._core.pool.keys import OWN, PoolKeys, read_member, write_member, write_waiter
from opensandbox._core.pool.messages import Member
from opensandbox._core.pool.scripts import Script

SCRIPTS = {name: value for name, value in vars(pool_scripts).items() if isinstance(value, Script)}
PUBLISHED = {
    "idle:list",
    "idle:expires",
    "lock",
    "maxIdle",
    "idleTtlMillis",
    "destroy:state",
    "destroy:owner",
}
CALL = re.compile(r"redis\.call\('(\w+)'(?:, (\w+))?")
KEYLESS = {"TIME"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_touches_the_keys_that_it_declares_and_all_of_them(name: str) -> None:
    script = SCRIPTS[name]
    variables = {suffix.replace(":", "_") for suffix in script.suffixes}
    touched = {key for command, key in CALL.findall(script.text) if command not in KEYLESS}

    assert touched <= variables
    assert all(re.search(rf"redis\.call\([^)]*\b{variable}\b", script.text) for variable in variables)
    assert len(script.suffixes) == len(variables)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_knows_only_keys_of_the_layout(name: str) -> None:
    assert set(SCRIPTS[name].suffixes) <= PUBLISHED | set(OWN.split()) | {pool_scripts.WAKE}


def test_keys_have_the_published_form() -> None:
    keys = PoolKeys("kp")

    assert keys.key("a b", "idle:list") == "kp:{YSBi}:idle:list"
    assert keys.keys("ÿ?>", ["lock"]) == ["kp:{w78_Pg}:lock"]


@pytest.mark.parametrize("name", ["a b", "ÿ?>", "{x}:y", "a", "ab", "abc", "🏊"])
def test_pool_name_can_be_read_from_a_key(name: str) -> None:
    keys = PoolKeys("prefix:{with}:braces")

    assert keys.pool_name(keys.key(name, "idle:list")) == name
    assert keys.pool_name(keys.wake(name, "run:owner:{7}")) == name


@pytest.mark.parametrize("key", ["other:{YQ}:lock", "kp:lock", "kp:{YQ", "kp:{!}:lock", "kp:{_w}:lock"])
def test_foreign_key_has_no_pool(key: str) -> None:
    assert PoolKeys("kp").pool_name(key) is None


@pytest.mark.parametrize("blank", ["", "  ", None, 7])
def test_blank_names_are_refused(blank: str) -> None:
    with pytest.raises(ValueError, match="key_prefix"):
        PoolKeys(blank)
    with pytest.raises(ValueError, match="pool_name"):
        PoolKeys("kp").key(blank, "lock")


@pytest.mark.parametrize("owner_id", ["owner", "o:w:n", "", "ö\n"])
@pytest.mark.parametrize("run", ["run", "", "r:u%n", "ü"])
def test_member_can_be_read_from_its_text(owner_id: str, run: str) -> None:
    assert read_member(write_member(Member(owner_id, run))) == Member(owner_id, run)


def test_waiter_has_one_text() -> None:
    assert write_waiter("tökén", 'run:"owner"') == '["tökén","run:\\"owner\\""]'
