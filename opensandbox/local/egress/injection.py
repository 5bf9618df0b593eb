"""Put the secrets of a binding into a request, and keep them from coming back in the response."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from opensandbox.local.egress.binding import Binding
    from opensandbox.local.egress.vault import Vault

Headers = list[tuple[bytes, bytes]]

# Framing and routing, where a replacement would make another request of it.
_UNTOUCHED = frozenset((b"host", b"content-length", b"transfer-encoding", b"connection", b"upgrade"))
# Shorter ones would be masked in the midst of ordinary text.
_SHORTEST_MASKED = 6
_WORTH_WAITING = 8


@dataclass(frozen=True, slots=True)
class Injection:
    """A binding together with the secrets it had when the request came."""

    binding: Binding
    secrets: Mapping[str, str]

    @classmethod
    def of(cls, binding: Binding, vault: Vault) -> Injection:
        """The binding with the secrets of the vault it is part of."""
        return cls(binding, {name: vault.credentials[name].value for name in binding.credentials()})

    def holds(self, vault: Vault) -> bool:
        """Whether the vault still says the same."""
        return vault.bindings.get(self.binding.name) == self.binding and all(
            name in vault.credentials and vault.credentials[name].value == value
            for name, value in self.secrets.items()
        )

    def __repr__(self) -> str:
        return f"Injection({self.binding.name!r})"

    @property
    def changes_body(self) -> bool:
        """Whether the body has to be looked through."""
        return any("body" in rule.places for rule in self.binding.substitutions)

    def target(self, target: bytes) -> bytes:
        """Path and query with their placeholders replaced."""
        path, mark, query = target.decode("latin-1").partition("?")
        path = self._replace("path", path, lambda value: quote(value, safe=""))
        query = self._replace("query", query, lambda value: quote(value, safe=""))
        return (path + mark + query).encode("latin-1")

    def headers(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        """The headers with placeholders replaced and credentials set; those of the same name are gone."""
        ours = {rule.name.lower().encode() for rule in self.binding.headers}
        # A compressed response would hide a secret that comes back.
        ours.add(b"accept-encoding")
        result = [
            (name, value if name.lower() in _UNTOUCHED else self._replace_bytes(value))
            for name, value in headers
            if name.lower() not in ours
        ]
        result.append((b"Accept-Encoding", b"identity"))
        result += [
            (rule.name.encode(), (rule.prefix + self.secrets[rule.credential]).encode())
            for rule in self.binding.headers
        ]
        return result

    def body(self, body: bytes, content_type: str) -> bytes:
        """A whole, uncompressed body with its placeholders replaced in the way of its type."""
        kind = content_type.partition(";")[0].strip().lower()
        if kind.startswith("multipart/"):
            return body
        escape: Callable[[str], str] = str
        if kind == "application/json" or kind.endswith("+json"):
            escape = _json_escaped
        elif kind == "application/x-www-form-urlencoded":
            escape = quote_plus
        text = body.decode("utf-8", "surrogateescape")
        return self._replace("body", text, escape).encode("utf-8", "surrogateescape")

    def mask(self) -> Mask:
        """What keeps these secrets out of the response."""
        spellings = {
            spelling.encode()
            for value in self.secrets.values()
            for spelling in (value, quote(value, safe=""), quote_plus(value), _json_escaped(value))
            if len(value) >= _SHORTEST_MASKED
        }
        return Mask(spellings)

    def _replace_bytes(self, value: bytes) -> bytes:
        replaced = self._replace("header", value.decode("utf-8", "surrogateescape"), str)
        return replaced.encode("utf-8", "surrogateescape")

    def _replace(self, place: str, text: str, escape: Callable[[str], str]) -> str:
        """One pass over the text, the longest placeholder first: what was put in is not looked at again."""
        values = {
            rule.placeholder: self.secrets[rule.credential]
            for rule in self.binding.substitutions
            if place in rule.places
        }
        if not values or not text:
            return text
        pattern = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
        return re.sub(pattern, lambda found: escape(values[found[0]]), text)


class Mask:
    """Stars instead of secrets, as many as there were bytes, so that lengths stay true. One for each response.

    A stream is not held up for the sake of a few bytes at the end of a piece that might begin a secret: those pass, and
    what follows them is masked all the same.
    """

    def __init__(self, spellings: set[bytes]) -> None:
        self._spellings = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._spellings)))
        self._longest = max(map(len, spellings), default=0)
        self._passed = self._held = b""

    def whole(self, text: bytes) -> bytes:
        """A text that is there as a whole."""
        return self._pattern.sub(_stars, text) if self._spellings else text

    def feed(self, piece: bytes) -> bytes:
        """The next piece of a stream; what may be a good part of a secret waits for the next one."""
        if not self._spellings:
            return piece
        text = self._passed + self._held + piece
        begin = len(self._passed)
        end = max(begin, len(text) - self._beginning(text))
        shown = self.whole(text)[begin:end]
        self._passed, self._held = text[max(0, end - self._longest + 1) : end], text[end:]
        return shown

    def end(self) -> bytes:
        """What is left."""
        held, self._held = self._held, b""
        return held

    def _beginning(self, text: bytes) -> int:
        """How many bytes at the end of a text a secret seems to begin with."""
        return max(
            (
                length
                for spelling in self._spellings
                for length in range(_WORTH_WAITING, min(len(spelling), len(text) + 1))
                if text.endswith(spelling[:length])
            ),
            default=0,
        )


def _stars(found: re.Match[bytes]) -> bytes:
    return b"*" * len(found[0])


def _json_escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]
