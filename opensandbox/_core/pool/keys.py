"""How a pool is laid out in Redis: the names of its keys, and how members and waiters are written in them.

Keys are `{prefix}:{{name}}:{suffix}`, the name in unpadded URL-safe base64. The braces are a cluster's hash tag: all keys of a
pool are in one slot, so that one script may touch them. Times are milliseconds since 1970 by the clock of Redis.

The first seven are a contract with processes that run other packages: type and content may not change, and nobody may need
more. Those processes neither see nor remove what is below; each key there is written so that this does no harm.

| Suffix               | Type                | Content                                                               |
|----------------------|---------------------|-----------------------------------------------------------------------|
| `idle:list`          | list                | sandbox ids, oldest first                                             |
| `idle:expires`       | hash                | id -> when it may no longer be handed out; what is not here is not idle |
| `lock`               | string that expires | owner id of the leader                                                |
| `maxIdle`            | string              | the shared size                                                       |
| `idleTtlMillis`      | string              | how long sandboxes stay idle that are put without a time of their own |
| `destroy:state`      | string              | `DESTROYING`, or `DESTROYED` until the tombstone expires              |
| `destroy:owner`      | string              | who destroys or destroyed it                                          |
| `leader`             | hash                | `epoch`, counted up for ever; `member` that leads `until` a time      |
| `members`            | sorted set          | member, by when it was last seen                                      |
| `warming`            | hash                | id -> member that warms it up                                         |
| `taken`              | hash                | token of the take -> `[id, expiry, member, endpoint]` as JSON         |
| `doomed`             | sorted set          | ids to be killed, by since when                                       |
| `endpoints`          | hash                | id -> endpoint of an idle sandbox, as text                            |
| `waiters`            | sorted set          | `[token, member]` as JSON, in the order of the queue                  |
| `waiters:until`      | sorted set          | the same, by when they give up                                        |
| `wake:{member}`      | sorted set          | wake-ups that this member has not heard; expires                      |

Who leads: `lock` holds the owner id and `leader` names a member of that owner whose time is not over. Both get the same
expiry. A lock that somebody else took is that owner's alone, whatever `leader` says; the next of us to get it counts on.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from opensandbox._core.pool.messages import Member
from opensandbox._core.text import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_KEY_PREFIX = "opensandbox:pool"

OWN = "leader members warming taken doomed endpoints waiters waiters:until"
"""The suffixes that other packages do not know, without the wake-ups."""


class PoolKeys:
    """Names keys under one prefix."""

    def __init__(self, prefix: str) -> None:
        not_blank("key_prefix", prefix, f"leave it out for {DEFAULT_KEY_PREFIX!r}")
        self.prefix = prefix

    def key(self, pool_name: str, suffix: str) -> str:
        """Return a key."""
        not_blank("pool_name", pool_name, "say which pool")
        name = base64.urlsafe_b64encode(encoded("pool_name", pool_name)).decode().rstrip("=")
        return f"{self.prefix}:{{{name}}}:{suffix}"

    def wake(self, pool_name: str, member: str) -> str:
        """Return the key of a member's wake-ups."""
        return self.key(pool_name, f"wake:{member}")

    def keys(self, pool_name: str, suffixes: Iterable[str]) -> list[str]:
        """Return several keys."""
        base = self.key(pool_name, "")
        return [base + suffix for suffix in suffixes]

    def pattern(self) -> str:
        """Return what SCAN has to look for to find every key."""
        escaped = "".join(f"\\{letter}" if letter in "*?[]\\^" else letter for letter in self.prefix)
        return escaped + ":{*}:*"

    def pool_name(self, key: str) -> str | None:
        """Return whose key it is; `None` where it is none of ours."""
        name, brace, _ = key.removeprefix(self.prefix + ":{").partition("}:")
        if not name or not brace or not key.startswith(self.prefix + ":{"):
            return None
        try:
            return base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None


def not_blank(name: str, value: object, way_out: str) -> None:
    """Refuse what names nothing."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text that is not blank, not {value!r}; {way_out}")


def write_member(member: Member) -> str:
    """Return a member as one text."""
    return f"{quote(member.run, safe='')}:{member.owner_id}"


def read_member(text: str) -> Member:
    """Return what `write_member` was given."""
    run, _, owner_id = text.partition(":")
    return Member(owner_id, unquote(run))


def write_waiter(token: str, member: str) -> str:
    """Return a place in the queue as one text: always the same for the same waiter, as the sorted sets go by it."""
    return json.dumps([token, member], ensure_ascii=False, separators=(",", ":"))
