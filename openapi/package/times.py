"""Reading a time: the one place for all APIs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

# Go prints `2026-01-01 00:00:00 +0000 UTC m=+0.01`: behind the offset, which is enough, the zone's name and a clock.
_BEHIND_OFFSET: Final = re.compile(
    r"(?P<offset> ?[+-]\d\d:?\d\d)(?: \(?[A-Za-z]{1,6}\)?| [+-]\d\d(?:\d\d)?)?(?: m=\S+)?$"
)

# What a text leaves out is taken from one of these; where the two readings differ, it is no full date.
_DEFAULTS: Final = (datetime(2000, 1, 1), datetime(2001, 2, 2))


def read_time(name: str, value: object) -> datetime:
    """Return the time that the member `name` holds; `ValueError` names the member where there is none that can be read.

    ISO 8601 is read with a zone or without one. Other notations, such as that of RFC 2822, need a full date and a zone.
    """
    if not isinstance(value, str):
        raise ValueError(f"{name} is no time but {value!r:.80}")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        found = _read_other(_BEHIND_OFFSET.sub(r"\g<offset>", value.strip()))
    if found is None:
        raise ValueError(f"{name} is no time that can be read: {value!r:.80}")
    return found


def _read_other(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        from dateutil import parser  # here, because it takes 11 ms, and most servers never need it
    try:
        return parser.isoparse(text)
    except ValueError:
        pass
    try:
        found, other = (parser.parse(text, default=default, tzinfos=_zone) for default in _DEFAULTS)
    except (ValueError, OverflowError):
        return None
    return found if found == other and found.tzinfo is not None else None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    """Return a zone with an offset. The names of others mean something else on every machine."""
    return None if offset is None else timezone(timedelta(seconds=offset))
