# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnostic_content_response import DiagnosticContentResponse
    from .diagnostic_content_response_delivery import DiagnosticContentResponseDelivery
    from .diagnostic_content_response_kind import DiagnosticContentResponseKind
    from .diagnostic_context_response import DiagnosticContextResponse
    from .diagnostic_context_response_backend_identifiers import DiagnosticContextResponseBackendIdentifiers
    from .error_response import ErrorResponse
else:
    _MODULES = {
        "DiagnosticContentResponse": ".diagnostic_content_response",
        "DiagnosticContentResponseDelivery": ".diagnostic_content_response_delivery",
        "DiagnosticContentResponseKind": ".diagnostic_content_response_kind",
        "DiagnosticContextResponse": ".diagnostic_context_response",
        "DiagnosticContextResponseBackendIdentifiers": ".diagnostic_context_response_backend_identifiers",
        "ErrorResponse": ".error_response",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        globals()[name] = model = getattr(import_module(_MODULES[name], __name__), name)
        return model


__all__ = (
    "DiagnosticContentResponse",
    "DiagnosticContentResponseDelivery",
    "DiagnosticContentResponseKind",
    "DiagnosticContextResponse",
    "DiagnosticContextResponseBackendIdentifiers",
    "ErrorResponse",
)
