# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.credential import Credential
    from ..models.credential_binding import CredentialBinding


@_attrs_define
class CredentialVaultCreateRequest:
    """What the vault starts with.

    Attributes:
        credentials (list[Credential]): Secrets, each under a name of its own.
        bindings (list[CredentialBinding]): Bindings, each under a name of its own.
    """

    credentials: list[Credential]
    bindings: list[CredentialBinding]

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["credentials"] = [item.to_dict() for item in self.credentials]
        members["bindings"] = [item.to_dict() for item in self.bindings]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global Credential, CredentialBinding
        if "CredentialBinding" not in globals():
            from ..models.credential import Credential
            from ..models.credential_binding import CredentialBinding

        d = present(src_dict)
        record = cls(
            credentials=[Credential.from_dict(item) for item in d.pop("credentials")],
            bindings=[CredentialBinding.from_dict(item) for item in d.pop("bindings")],
        )
        return record
