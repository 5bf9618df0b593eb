"""Metadata: label syntax, the merge patch and the doubly encoded list filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from opensandbox.local.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_RESERVED = "opensandbox.io/"
BAD_LABEL = "SANDBOX::INVALID_METADATA_LABEL"


def check_labels(labels: Mapping[str, str]) -> None:
    """400 unless every key and value has the form of a label and no key is reserved."""
    for key, value in labels.items():
        check_key(key)
        if value and not (len(value) <= 63 and _NAME.fullmatch(value)):
            raise invalid(
                f"metadata value {value!r} of {key!r} is not a label: at most 63 letters, digits, '-', '_', '.', "
                "beginning and ending with a letter or digit",
                BAD_LABEL,
            )


def check_key(key: str, reserved_code: str = BAD_LABEL) -> None:
    """400 unless `key` is `[prefix/]name` and not reserved."""
    if key.startswith(_RESERVED):
        raise invalid(
            f"metadata key {key!r} is reserved: choose a key without the prefix {_RESERVED}", reserved_code
        )
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= 253 and _SUBDOMAIN.fullmatch(prefix)):
        raise invalid(
            f"metadata key {key!r}: the part before '/' must be a DNS name of at most 253 characters",
            BAD_LABEL,
        )
    if not (len(name) <= 63 and _NAME.fullmatch(name)):
        raise invalid(
            f"metadata key {key!r}: the name must be at most 63 letters, digits, '-', '_', '.', "
            "beginning and ending with a letter or digit",
            BAD_LABEL,
        )


def merge(labels: Mapping[str, str], patch: Mapping[str, Any]) -> dict[str, str]:
    """`labels` after a merge patch: a string sets, None removes, keys that are not mentioned stay."""
    for key, value in patch.items():
        check_key(key, "INVALID_METADATA_LABEL")
        if value is None:
            continue
        if not isinstance(value, str):
            raise invalid(f"metadata value of {key!r} must be a string or null, not {value!r}")
        check_labels({key: value})
    merged = {**labels, **patch}
    return {key: value for key, value in merged.items() if value is not None}


def parse_filter(text: str, *, lenient: bool = False) -> dict[str, str]:
    """The pairs of a `metadata` query parameter, whose outer encoding is already gone.

    400 for an item that is not `key=value`; with `lenient`, such items and blank values are dropped instead.
    """
    wanted: dict[str, str] = {}
    for item in filter(None, text.split("&")):
        key, equals, value = item.partition("=")
        if lenient and not (equals and key and value):
            continue
        if not (equals and key):
            raise invalid(f"metadata filter item {item!r} is not key=value", "INVALID_METADATA_FORMAT")
        wanted[unquote_plus(key)] = unquote_plus(value)
    return wanted


def matches(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether `labels` has every wanted pair."""
    return all(labels.get(key) == value for key, value in wanted.items())
