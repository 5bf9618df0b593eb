# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class PVC:
    """A named volume: a claim on Kubernetes, a volume on Docker. The members about new claims mean nothing on Docker.

    Attributes:
        claim_name (str): Name of the volume.
        create_if_not_exists (bool | Unset): Whether a missing volume is made, or an error. Default: True.
        delete_on_sandbox_termination (bool | Unset): Whether the volume goes with the sandbox. Only one that this
            request made ever does. Default: False.
        storage_class (None | str | Unset): Class of a new claim; the cluster's own choice when `null`.
        storage (None | str | Unset): Size of a new claim, such as `10Gi`.
        access_modes (list[str] | None | Unset): Access modes of a new claim; one writer when left out.
    """

    claim_name: str
    create_if_not_exists: bool | Unset = True
    delete_on_sandbox_termination: bool | Unset = False
    storage_class: None | str | Unset = UNSET
    storage: None | str | Unset = UNSET
    access_modes: list[str] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        storage_class: None | str | Unset
        if isinstance(self.storage_class, Unset):
            storage_class = UNSET
        else:
            storage_class = self.storage_class

        storage: None | str | Unset
        if isinstance(self.storage, Unset):
            storage = UNSET
        else:
            storage = self.storage

        access_modes: list[str] | None | Unset
        if isinstance(self.access_modes, Unset):
            access_modes = UNSET
        elif isinstance(self.access_modes, list):
            access_modes = self.access_modes

        else:
            access_modes = self.access_modes

        members: dict[str, Any] = {}
        members["claimName"] = self.claim_name
        if self.create_if_not_exists is not UNSET:
            members["createIfNotExists"] = self.create_if_not_exists
        if self.delete_on_sandbox_termination is not UNSET:
            members["deleteOnSandboxTermination"] = self.delete_on_sandbox_termination
        if storage_class is not UNSET:
            members["storageClass"] = storage_class
        if storage is not UNSET:
            members["storage"] = storage
        if access_modes is not UNSET:
            members["accessModes"] = access_modes
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)

        def _parse_storage_class(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        storage_class = _parse_storage_class(d.pop("storageClass", UNSET))

        def _parse_storage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        storage = _parse_storage(d.pop("storage", UNSET))

        def _parse_access_modes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                access_modes_type_0 = cast(list[str], data)

                return access_modes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        access_modes = _parse_access_modes(d.pop("accessModes", UNSET))

        record = cls(
            claim_name=d.pop("claimName"),
            create_if_not_exists=d.pop("createIfNotExists", UNSET),
            delete_on_sandbox_termination=d.pop("deleteOnSandboxTermination", UNSET),
            storage_class=storage_class,
            storage=storage,
            access_modes=access_modes,
        )
        return record
