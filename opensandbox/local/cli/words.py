"""Commands that take another program's words, and options with several values: what belongs to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

GREEDY = "--packages"
"""The option that takes all words up to the next option."""


class Split(NamedTuple):
    """A command line: the command's own part, and the words of the program that it runs."""

    own: list[str]
    program: list[str]


class OwnWords(TyperCommand):
    """A command whose `--packages` takes several values."""

    leading: int | None = None
    """How many words come before those of a program; None: there is no program."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, as in the base class, what `split` has sorted."""
        valued = {name for each in self.params if not getattr(each, "is_flag", True) for name in each.opts}
        own, program = split(args, valued=valued, leading=self.leading)
        # What is completed is the last word, and no program yet.
        behind = [] if not program and ctx.resilient_parsing else ["--", *program]
        return super().parse_args(ctx, [*own, *behind] if self.leading is not None else own)


class ProgramAlone(OwnWords):
    """A command that runs a program, in whose words its own options end: `shell ls -la`."""

    leading = 0


class ProgramElsewhere(OwnWords):
    """A command that takes one word, and then a program: `exec ID ls -la`."""

    leading = 1


def split(words: Sequence[str], *, valued: Collection[str], leading: int | None) -> Split:
    """Sort the words of a command line.

    `valued` are the options that take a value, `leading` is how many words of the command's own come before a program. The
    program begins behind `--`, or with the first word after those that is no option.
    """
    own: list[str] = []
    waiting = list(words)
    seen = 0
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return Split(own, waiting) if leading is not None else Split([*own, word, *waiting], [])
        if word == GREEDY:
            while waiting and not waiting[0].startswith("-"):
                own += [GREEDY, waiting.pop(0)]
            if own[-2:-1] != [GREEDY]:
                own.append(word)  # it has no value, which is said later
        elif word.startswith("-") and word != "-":
            own.append(word)
            if word in valued and waiting:
                own.append(waiting.pop(0))
        elif leading is not None and seen == leading:
            return Split(own, [word, *waiting])
        else:
            seen += 1
            own.append(word)
    return Split(own, [])
