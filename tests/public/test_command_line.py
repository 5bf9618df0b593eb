"""Options that do not exist, on every command line of the package."""

from __future__ import annotations

import argparse
import contextlib

import pytest

from opensandbox._core.command_line import Parser
from opensandbox.contract.__main__ import main as contract
from opensandbox.integrations.mcp.__main__ import main as mcp
from opensandbox.local.__main__ import main as local
from opensandbox.pool_redis.__main__ import main as pool_redis


def parser() -> Parser:
    parser = Parser(prog="program")
    parser.add_argument("--packages", nargs="+", default=[])
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    actions = parser.add_subparsers(dest="action")
    shell = actions.add_parser("shell")
    shell.add_argument("--image")
    shell.add_argument("words", nargs="*")
    return parser


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--packges", "numpy"], "unknown option --packges; did you mean '--packages'?"),
        (["--packges=numpy"], "unknown option --packges; did you mean '--packages'?"),
        (["shell", "--imag", "x"], "unknown option --imag; did you mean '--image'?"),
        (["--innr"], "unknown option --innr; known are --help, --packages, --image"),
        (["shel"], "invalid choice: 'shel'"),
    ],
)
def test_what_was_meant_is_named(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_what_belongs_to_others_is_left_alone() -> None:
    options = parser().parse_args(["--inner", "shell", "--", "ls", "--colour"])
    assert (options.inner, options.words) == (True, ["ls", "--colour"])
    assert parser().parse_args(["--packages", "--image is no option"]).packages == ["--image is no option"]


@pytest.mark.parametrize(
    ("program", "misspelt", "meant"),
    [
        (local, ["--packges", "numpy"], "--packages"),
        (contract, ["--levle", "core"], "--level"),
        (mcp, ["--prot", "8000"], "--port"),
        (pool_redis, ["status", "redis://localhost", "--onse"], "--once"),
    ],
)
def test_every_program_names_it(
    program, misspelt: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.suppress(SystemExit):
        assert program(misspelt) == 2
    assert f"did you mean '{meant}'?" in capsys.readouterr().err
