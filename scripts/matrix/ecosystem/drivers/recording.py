"""The record that every driver fills.

A driver runs in the environment of its framework, with either package as the SDK, so this uses the standard library alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOMAIN = os.environ["OPEN_SANDBOX_DOMAIN"]
API_KEY = os.environ["OPEN_SANDBOX_API_KEY"]
SHARED = Path(os.environ["ECOSYSTEM_SHARED"])
"""A directory of this machine that sandboxes may mount."""

PATIENCE = 90.0
"""Seconds after which a case is given up and recorded as hanging."""

PUBLISHED_ERRORS = frozenset(
    {
        "InvalidArgumentException",
        "SandboxApiException",
        "SandboxException",
        "SandboxInternalException",
        "SandboxReadyTimeoutException",
        "SandboxUnhealthyException",
    }
)

Json = Any


class Record:
    """The cases of a driver: what was wanted, and what came.

    What is wanted is what a user of the framework asks for, not what one of the packages happens to do. What an action raises
    is a value too, `{"raised": <class>, "said": <text>}`; the text is for readers and not compared.
    """

    def __init__(self, package: str) -> None:
        self._about = {"framework": version(package), "sdk": version("opensandbox")}
        self._cases: list[dict[str, Json]] = []
        self.prefix = ""
        """Stands before the names of cases, where a driver runs the same ones again."""

    async def case(self, name: str, action: Callable[[], Awaitable[Json]], wanted: Json) -> None:
        """Run a case and record what came."""
        limit = asyncio.timeout(PATIENCE)
        try:
            async with limit:
                got = await action()
        except Exception as error:
            got = {"hung": True} if limit.expired() else raised(error)
        self.add(name, got, wanted)

    def add(self, name: str, got: Json, wanted: Json) -> None:
        """Record a case that was run already."""
        self._cases.append({"name": self.prefix + name, "wanted": wanted, "got": got})

    def write(self, path: str) -> None:
        """Write the record; standard output belongs to the framework."""
        record = {**self._about, "cases": self._cases}
        Path(path).write_text(json.dumps(record, indent=1), encoding="utf-8")


def raised(error: BaseException) -> dict[str, str]:
    """Return an exception as a value; an error of the SDK by the class that both packages know."""
    names = [kind.__name__ for kind in type(error).__mro__]
    known = [name for name in names if name in PUBLISHED_ERRORS]
    ours_or_theirs = type(error).__module__.startswith("opensandbox.")
    return {"raised": known[0] if ours_or_theirs and known else names[0], "said": str(error)}


def wanted_error(name: str) -> dict[str, str]:
    """Return what `raised` makes of an error that is wanted."""
    return {"raised": name}


def says(error: dict[str, str], pattern: str) -> bool:
    """Tell whether the text of a recorded error has what a user needs."""
    return re.search(pattern, error.get("said", "")) is not None
