"""Which commands there are, and how an error of any of them is told: in one line, with an exit status of its own."""

from __future__ import annotations

from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from opensandbox._core.names import way_out
from opensandbox.exceptions import SandboxException
from opensandbox.local.cli.errors import CommandError, UsageProblem
from opensandbox.local.cli.words import GREEDY, OwnWords, ProgramAlone, ProgramElsewhere
from opensandbox.local.options import OptionError
from opensandbox.local.startup import USAGE_ERROR, fail

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM: Final = "opensandbox-local"
INTERRUPTED: Final = 130
USAGE_PROBLEM: Final[Any] = typer.BadParameter.mro()[1]
"""The class of all that can be wrong with a command line; `typer` gives it no public name."""

SERVER, SANDBOXES, IMAGES, MACHINE = "Server", "Sandboxes", "Images", "This machine"


class Entry(NamedTuple):
    """Where a command is, and how it reads its words."""

    module: str
    panel: str
    kind: type[OwnWords] = OwnWords


COMMANDS: Final = {
    "serve": Entry("serve", SERVER),
    "clear": Entry("serve", SERVER),
    "run": Entry("running", SANDBOXES, ProgramElsewhere),
    "exec": Entry("running", SANDBOXES, ProgramElsewhere),
    "shell": Entry("running", SANDBOXES, ProgramAlone),
    "ps": Entry("listing", SANDBOXES),
    "info": Entry("listing", SANDBOXES),
    "cp": Entry("copying", SANDBOXES),
    "logs": Entry("following", SANDBOXES),
    "kill": Entry("states", SANDBOXES),
    "pause": Entry("states", SANDBOXES),
    "resume": Entry("states", SANDBOXES),
    "snapshot": Entry("states", SANDBOXES),
    "pull": Entry("images", IMAGES),
    "load": Entry("images", IMAGES),
    "images": Entry("images", IMAGES),
    "inspect": Entry("images", IMAGES),
    "rmi": Entry("images", IMAGES),
    "prune": Entry("images", IMAGES),
    "doctor": Entry("machine", MACHINE),
    "version": Entry("machine", MACHINE),
}
"""Name of a command: the module below this package that has it, as a function of that name (with `_` where Python has the word)."""

ALONE: Final = frozenset({"--help", "-h", "--install-completion", "--show-completion"})
"""Options of the program itself; all others are those of `serve`."""


FLAGS: Final = frozenset({"--help", "-h", "--json", "--no-key", "--strict-images", "--verbose"})
"""Options of `serve` without a value."""


class Commands(TyperGroup):
    """The commands of the table, each loaded when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return their names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None where there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"opensandbox.local.cli.{entry.module}")
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        app.command(cmd_name, cls=entry.kind, rich_help_panel=entry.panel, context_settings=HELP)(
            getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_")
        )
        return get_command(app)


HELP: Final = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    cls=Commands,
    name=PROGRAM,
    help="OpenSandbox on this machine: a server, its sandboxes, and what runs in them.",
    epilog=f"Without a command it serves, with the options of `serve`. `{PROGRAM} COMMAND --help` explains a command.",
    context_settings=HELP,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands() -> None:
    pass


def run(words: Sequence[str]) -> int:
    """Do what the words say; returns the exit status."""
    try:
        status = get_command(app).main(with_command(words), prog_name=PROGRAM, standalone_mode=False)
    except CommandError as error:
        return fail(str(error), error.status)
    except USAGE_PROBLEM as problem:
        return fail(_reason(problem), USAGE_ERROR)
    except OptionError as error:
        return fail(str(error), USAGE_ERROR)
    except (SandboxException, OSError) as error:
        return fail(str(error))
    except typer.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def with_command(words: Sequence[str]) -> list[str]:
    """Return the words with the command in front: `serve` where there is none, or the one that follows its options.

    Raises `UsageProblem` for a command that does not exist.
    """
    if words[:1] == ["--version"]:
        return ["version", *words[1:]]
    if words and words[0] in ALONE:
        return list(words)
    before: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            continue
        if word in COMMANDS:
            return [word, *before, *rest]
        if not word.startswith("-"):
            raise UsageProblem(f"there is no command {word!r}; {way_out(word, list(COMMANDS))}")
        before.append(word)
        if word == GREEDY:
            taken = list(takewhile(lambda each: not each.startswith("-"), rest))
            if misread := [each for each in taken if each in COMMANDS]:
                name = misread[0]
                raise UsageProblem(
                    f"`{name}` after {GREEDY} is taken for a package; write {PROGRAM} {name} {GREEDY} NAME"
                )
            before += taken
            del rest[: len(taken)]
        elif word not in FLAGS and "=" not in word and rest:
            before.append(rest.pop(0))
    return ["serve", *before]


def _reason(problem: Any) -> str:
    option, near = getattr(problem, "option_name", None), getattr(problem, "possibilities", None)
    if option is not None and near is not None:
        context = problem.ctx
        known = [
            name
            for each in context.command.params
            if not getattr(each, "hidden", False)
            for name in each.opts
        ]
        return (
            f"unknown option {option}; {way_out(option, [name for name in known if name.startswith('--')])}"
        )
    text: str = problem.format_message()
    return text
