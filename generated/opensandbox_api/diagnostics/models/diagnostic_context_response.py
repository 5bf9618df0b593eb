# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.diagnostic_context_response_backend_identifiers import (
        DiagnosticContextResponseBackendIdentifiers,
    )


T = TypeVar("T", bound="DiagnosticContextResponse")


@_attrs_define
class DiagnosticContextResponse:
    """Where a sandbox runs.

    Attributes:
        sandbox_id (str): The sandbox.
        backend_type (str): What runs it. The list is open.
        backend_identifiers (DiagnosticContextResponseBackendIdentifiers): Under which names it is found there; which
            there are depends on the backend.
        state (str | Unset): What it is doing, when that is known.
    """

    sandbox_id: str
    backend_type: str
    backend_identifiers: DiagnosticContextResponseBackendIdentifiers
    state: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        sandbox_id = self.sandbox_id

        backend_type = self.backend_type

        backend_identifiers = self.backend_identifiers.to_dict()

        state = self.state

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sandboxId": sandbox_id,
                "backendType": backend_type,
                "backendIdentifiers": backend_identifiers,
            }
        )
        if state is not UNSET:
            field_dict["state"] = state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global DiagnosticContextResponseBackendIdentifiers
        if "DiagnosticContextResponseBackendIdentifiers" not in globals():
            from ..models.diagnostic_context_response_backend_identifiers import (
                DiagnosticContextResponseBackendIdentifiers,
            )
        d = {key: value for key, value in src_dict.items() if value is not None}
        sandbox_id = d.pop("sandboxId")

        backend_type = d.pop("backendType")

        backend_identifiers = DiagnosticContextResponseBackendIdentifiers.from_dict(
            d.pop("backendIdentifiers")
        )

        state = d.pop("state", UNSET)

        diagnostic_context_response = cls(
            sandbox_id=sandbox_id,
            backend_type=backend_type,
            backend_identifiers=backend_identifiers,
            state=state,
        )

        return diagnostic_context_response
