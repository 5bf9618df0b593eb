"""Options of the programs that this package has: one that does not exist is named, with the one that was meant."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from opensandbox._core.names import way_out

if TYPE_CHECKING:
    from collections.abc import Sequence


class Parser(argparse.ArgumentParser):
    """A parser of a command line that says which option was meant. Options are written out, not abbreviated."""

    def __init__(self, *arguments: Any, options: dict[str, bool] | None = None, **keywords: Any) -> None:
        # Shared with sub-commands: their options are not unknown to the parser above them. True: told about.
        self._options: dict[str, bool] = {} if options is None else options
        super().__init__(*arguments, **{"allow_abbrev": False, **keywords})

    def add_argument(self, *names: str, **keywords: Any) -> argparse.Action:
        """Add an option or an argument, as in the base class."""
        shown = keywords.get("help") != argparse.SUPPRESS
        self._options.update((name, shown) for name in names if name.startswith("--"))
        return super().add_argument(*names, **keywords)

    def add_subparsers(self, **keywords: Any) -> Any:
        """Return what adds sub-commands, as in the base class."""
        return super().add_subparsers(
            **{"parser_class": partial(type(self), options=self._options), **keywords}
        )

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse, as in the base class, unless an option does not exist."""
        words = sys.argv[1:] if args is None else list(args)
        # Before the rest is looked at: the value of an unknown option would be taken for a sub-command, and blamed.
        for word in words[: words.index("--")] if "--" in words else words:
            name = word.partition("=")[0]
            if name.startswith("--") and " " not in word and name not in self._options:
                shown = [option for option, shown in self._options.items() if shown]
                self.error(f"unknown option {name}; {way_out(name, shown)}")
        return super().parse_known_args(words, namespace)
