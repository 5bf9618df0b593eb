"""What is decided about trees that travel: what cannot, and the commands that the sandbox runs for it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from opensandbox._core.files.archives import Special
from opensandbox.exceptions import InvalidArgumentException, SandboxFileException
from opensandbox.models.trees import SkippedEntry, TreeReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.models.execd import Execution

_LETTERS: Final = {"p": "pipe", "s": "socket", "b": "device", "c": "device"}

# Names may hold line feeds and bytes that are no text; so they come in base64, one list for each kind.
LIST: Final = (
    "cd {} && for kind in p s b c; do "
    'echo "$kind $(find . -type $kind -print0 2>/dev/null | base64 | tr -d "\\n")"; done'
).replace("{}", "{0}")
"""Lists the special files below a directory. Without `find` or `base64` nothing is known of them before the archive comes."""

PACK: Final = (
    'umask 077; case "$(tar --version 2>/dev/null)" in *GNU*) holes=S;; *) holes=;; esac; '
    "tar -c${{holes}}f {0} -C {1} ."
)
"""Packs a directory into an archive. Only GNU tar has to be asked to look for holes."""


def check_choice(on_unsupported: object) -> None:
    """Check what is to become of files that cannot travel."""
    if on_unsupported not in ("skip", "error"):
        raise InvalidArgumentException(f"on_unsupported must be 'skip' or 'error', not {on_unsupported!r}")


def listed(execution: Execution) -> list[Special]:
    """Return the special files that the sandbox has listed; what it cannot list is not known yet."""
    found: list[Special] = []
    for message in execution.logs.stdout:
        letter, _, packed = message.text.strip().partition(" ")
        if letter not in _LETTERS:
            continue
        try:
            decoded = base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            continue
        names = [name.removeprefix(b"./") for name in decoded.split(b"\0")[:-1]]
        found += [Special(name.decode("utf-8", "surrogateescape"), _LETTERS[letter]) for name in names]
    return found


def check_specials(specials: Sequence[Special], root: str, on_unsupported: str) -> None:
    """Raise for what cannot travel, where that is to be an error."""
    if specials and on_unsupported == "error":
        path, kind = specials[0]
        raise SandboxFileException(
            f"{root!r} holds {path!r}, which is a {kind} and cannot travel"
            + (f" (and {len(specials) - 1} more)" if len(specials) > 1 else "")
            + "; remove it, or leave on_unsupported out to skip it"
        )


def report(specials: Sequence[Special], root: str, on_unsupported: str) -> TreeReport:
    """Return what was left out of a tree, after `check_specials`."""
    check_specials(specials, root, on_unsupported)
    return TreeReport(skipped=[SkippedEntry(path=path, kind=kind) for path, kind in specials])
