"""Text that no request can carry is named: the argument, the position, the way out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from opensandbox._core.text import checked, encoded, unsendable
from opensandbox.exceptions import InvalidArgumentException

HALF = "\ud83d"
CAUSE = ValueError("some reason")


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"command": "echo " + HALF}, "command is no text that can be sent: character 5 of it, '\\ud83d'"),
        ({"argv": ["echo", HALF]}, "command[1] is"),
        ({"cwd": "/" + HALF}, "working_directory is"),
        ({"envs": {"A": HALF}}, "envs.A is"),
        ({"envs": {HALF: "a"}}, "the name '\\ud83d' in envs is"),
        ({"envs": {"aB": HALF}}, "envs.aB is"),
        ({"networkPolicy": {"egress": [{"target": HALF}]}}, "network_policy.egress[0].target is"),
        ({"/a b": {"old": "x", "new": HALF}}, "['/a b'].new_content is"),
        ({"name": "caf\udce9"}, "character 3 of it, '\\udce9', is a byte (0xE9) that is not UTF-8"),
        ({"x": [1.5, math.inf]}, "x[1] must be a finite number, not inf"),
        ({"x": [b"y"]}, "x[0] cannot be sent, as it is b'y'"),
        ({"y": "", "x": "z" * 70_000}, "x, of 70000 characters, cannot be sent: some reason"),
    ],
)
def test_what_cannot_be_sent_is_named(parts: dict[str, Any], named: str) -> None:
    failure = unsendable(parts, CAUSE)
    assert named in str(failure)
    assert failure.__cause__ is CAUSE


def test_the_way_out_that_the_message_names_works() -> None:
    text = "a pair \ud83d\ude00 in two, and a half " + HALF
    with pytest.raises(InvalidArgumentException, match="surrogatepass") as caught:
        checked("code", text)
    mended = eval(str(caught.value.args[0]).rpartition("replace it: ")[2], {"text": text})
    assert encoded("code", mended).decode() == "a pair 😀 in two, and a half \ufffd"


def test_the_text_itself_is_not_repeated() -> None:
    with pytest.raises(InvalidArgumentException) as caught:
        encoded("password", "correct horse" + HALF)
    assert "horse" not in str(caught.value)
