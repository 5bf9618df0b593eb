# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.diagnostic_context_response_backend_identifiers import DiagnosticContextResponseBackendIdentifiers


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
        members: dict[str, Any] = {}
        members["sandboxId"] = self.sandbox_id
        members["backendType"] = self.backend_type
        members["backendIdentifiers"] = self.backend_identifiers.to_dict()
        if self.state is not UNSET:
            members["state"] = self.state
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global DiagnosticContextResponseBackendIdentifiers
        if "DiagnosticContextResponseBackendIdentifiers" not in globals():
            from ..models.diagnostic_context_response_backend_identifiers import DiagnosticContextResponseBackendIdentifiers

        d = present(src_dict)
        record = cls(
            sandbox_id=d.pop("sandboxId"),
            backend_type=d.pop("backendType"),
            backend_identifiers=DiagnosticContextResponseBackendIdentifiers.from_dict(d.pop("backendIdentifiers")),
            state=d.pop("state", UNSET),
        )
        return record
