# Written by scripts/generate.py from openapi/package/types.py. Do not edit; change the source and run `make gen`.
"""The values that the records of all APIs are made of."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from enum import Enum
from http import HTTPStatus
from typing import IO, Any, BinaryIO, Final, Generic, Literal, TypeVar

from attrs import define, field

T = TypeVar("T")


class Unset(Enum):
    """The kind of `UNSET`. As an enumeration it stays one object when it is copied or pickled, and checkers narrow by `is`."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""The value of a member that is not on the wire, where `None` would be a `null`."""

# What `httpx.Client(files=)` takes.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file to upload."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the file as httpx takes it for a part of a form."""
        return self.file_name, self.payload, self.mime_type


class Record(Generic[T]):
    """A JSON object with members that the contract does not name, which are read and written like those of a dict."""

    __slots__ = ()

    additional_properties: dict[str, T]

    @property
    def additional_keys(self) -> list[str]:
        """The names of those members."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> T:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: T) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that have a value, in a dict of the caller's own.

    Servers in other languages write `null` for a member without a value, whatever the contract says.
    """
    return {name: value for name, value in members.items() if value is not None}


def http_status(code: int) -> HTTPStatus:
    """Return the status with this number; one that is not standard, such as a proxy's 520, has no phrase."""
    try:
        return HTTPStatus(code)
    except ValueError:
        status = int.__new__(HTTPStatus, code)
        vars(status).update(_name_=f"STATUS_{code}", _value_=code, phrase="", description="")
        return status


@define
class Response(Generic[T]):
    """The answer to an operation."""

    status_code: HTTPStatus = field(converter=http_status)
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None
    """The body, `None` where the contract names none for this status."""

    def result(self) -> T:
        """Return the body; `ValueError` where the contract names none for this status."""
        if self.parsed is None:
            raise ValueError(f"an answer with status {self.status_code:d} has no body that is known")
        return self.parsed


__all__ = [
    "UNSET",
    "File",
    "FileTypes",
    "Record",
    "RequestFiles",
    "Response",
    "Unset",
    "http_status",
    "present",
]
