"""What may be a label: the keys and values of metadata. Every server has the same rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Mapping

RESERVED_PREFIX: Final = "opensandbox.io/"

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PREFIX: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_FORM: Final = "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"


def check_labels(name: str, labels: Mapping[str, str | None]) -> None:
    """Refuse what no server takes for a label, under the argument's `name`; `None` stands for a label to be removed."""
    for key, value in labels.items():
        _check_key(name, key)
        if value and not _is_name(value):
            raise InvalidArgumentException(
                f"{name}[{key!r}] cannot be {value!r}: a value is empty, or {_FORM}; put other text into env or a file"
            )


def _check_key(name: str, key: str) -> None:
    if key.startswith(RESERVED_PREFIX):
        raise InvalidArgumentException(
            f"{name} has the key {key!r}, but {RESERVED_PREFIX} is reserved for the server; choose another prefix or none"
        )
    prefix, slash, rest = key.rpartition("/")
    if slash and not (len(prefix) <= 253 and _PREFIX.fullmatch(prefix)):
        raise InvalidArgumentException(
            f"{name} has the key {key!r}: what stands before '/' must be a DNS name in lower case of at most 253 "
            "characters, such as example.com/team"
        )
    if not _is_name(rest):
        raise InvalidArgumentException(f"{name} has the key {key!r}: its name must be {_FORM}")


def _is_name(text: str) -> bool:
    return len(text) <= 63 and _NAME.fullmatch(text) is not None
