# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential import Credential


@_attrs_define
class CredentialMutationSet:
    """Changes to secrets.

    Attributes:
        add (list[Credential] | Unset): Secrets that are not there yet.
        replace (list[Credential] | Unset): Secrets that are there already.
        delete (list[str] | Unset): Names of secrets to remove.
    """

    add: list[Credential] | Unset = UNSET
    replace: list[Credential] | Unset = UNSET
    delete: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.add is not UNSET:
            members["add"] = [item.to_dict() for item in self.add]
        if self.replace is not UNSET:
            members["replace"] = [item.to_dict() for item in self.replace]
        if self.delete is not UNSET:
            members["delete"] = self.delete
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global Credential
        if "Credential" not in globals():
            from ..models.credential import Credential

        d = present(src_dict)
        record = cls(
            add=UNSET if (value := d.pop("add", UNSET)) is UNSET else [Credential.from_dict(item) for item in value],
            replace=UNSET if (value := d.pop("replace", UNSET)) is UNSET else [Credential.from_dict(item) for item in value],
            delete=d.pop("delete", UNSET),
        )
        return record
