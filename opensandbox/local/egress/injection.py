"""Put the secrets of a binding into a request, and keep them from coming back in the response."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from opensandbox.local.egress.answers import NOT_ASKED
from opensandbox.local.egress.mask import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from opensandbox.local.egress.binding import Binding
    from opensandbox.local.egress.vault import Vault

Headers = list[tuple[bytes, bytes]]

# Framing and routing, where a replacement would make another request of it.
_UNTOUCHED = frozenset((b"host", b"content-length", b"transfer-encoding", b"connection", b"upgrade"))
# By these a program asks for another method than the one that was matched.
_OTHER_METHOD = frozenset((b"x-http-method", b"x-http-method-override", b"x-method-override"))


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
        ours = NOT_ASKED | {rule.name.lower().encode() for rule in self.binding.headers}
        result = [
            (name, value if name.lower() in _UNTOUCHED else self._replace_bytes(value))
            for name, value in headers
            if name.lower() not in ours and not self._asks_for_another_method(name, value)
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
        return Mask(self.secrets.values())

    def _asks_for_another_method(self, name: bytes, value: bytes) -> bool:
        method = value.decode("latin-1").strip().upper()
        return name.lower() in _OTHER_METHOD and method not in self.binding.methods

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


def _json_escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]
