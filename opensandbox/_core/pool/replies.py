"""What the scripts of a pool answer, as values. Texts come as `str` or `bytes`, as the caller's client was told."""

from __future__ import annotations

from typing import Any

from opensandbox._core.pool.keys import read_member
from opensandbox._core.pool.messages import MemberStatus, Pulse, StoreStatus, Taken, TakenSandbox
from opensandbox.models.pools import PoolDestroyState


def text(value: str | bytes) -> str:
    """Return a text that is there."""
    return value.decode() if isinstance(value, bytes) else str(value)


def optional_text(value: str | bytes | None) -> str | None:
    """Return a text that may be missing."""
    return None if value is None else text(value)


def optional_int(value: str | bytes | int | None) -> int | None:
    """Return a number that may be missing."""
    return None if value is None else int(value)


def texts(values: Any) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(text(value) for value in values or ())


def read_taken(reply: Any) -> Taken:
    """Read what TAKE answers."""
    sandbox_id, remaining, endpoint, ahead, discarded = reply
    if sandbox_id is None:
        return Taken(None, ahead, discarded)
    return Taken(
        TakenSandbox(text(sandbox_id), max(0, remaining) / 1000, optional_text(endpoint)), ahead, discarded
    )


def read_pulse(reply: Any) -> Pulse:
    """Read what BEAT answers; the last item is the leading member, for the store."""
    epoch, idle, waiting, max_idle, doomed, first, holder, _ = reply
    return Pulse(
        epoch=epoch,
        idle=idle,
        waiting=waiting,
        max_idle=optional_int(max_idle),
        doomed=texts(doomed),
        next_expiry=None if first is None else first / 1000,
        leader=optional_text(holder),
    )


def read_status(pool_name: str, reply: Any) -> StoreStatus:
    """Read what INSPECT answers."""
    state, holder, epoch, lock_left, idle, warming, taken, doomed, waiting, max_idle, members, now = reply
    seen = zip(members[::2], members[1::2], strict=True)
    return StoreStatus(
        pool_name=pool_name,
        destroy_state=PoolDestroyState.ACTIVE.value if state is None else text(state),
        leader=optional_text(holder),
        epoch=int(epoch or 0),
        lock_remaining=lock_left / 1000 if lock_left >= 0 else None,
        idle=idle,
        warming=warming,
        taken=taken,
        doomed=doomed,
        waiting=waiting,
        max_idle=optional_int(max_idle),
        members=tuple(
            MemberStatus(read_member(text(member)), max(0.0, (now - float(last)) / 1000))
            for member, last in seen
        ),
    )
