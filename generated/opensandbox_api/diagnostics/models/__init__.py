# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnostic_content_response import DiagnosticContentResponse
    from .diagnostic_content_response_delivery import DiagnosticContentResponseDelivery
    from .diagnostic_content_response_kind import DiagnosticContentResponseKind
    from .error_response import ErrorResponse

_MODULE_OF = {
    "DiagnosticContentResponse": ".diagnostic_content_response",
    "DiagnosticContentResponseDelivery": ".diagnostic_content_response_delivery",
    "DiagnosticContentResponseKind": ".diagnostic_content_response_kind",
    "ErrorResponse": ".error_response",
}

__all__ = (
    "DiagnosticContentResponse",
    "DiagnosticContentResponseDelivery",
    "DiagnosticContentResponseKind",
    "ErrorResponse",
)


def __getattr__(name: str) -> Any:
    if (module := _MODULE_OF.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    model = globals()[name] = getattr(import_module(module, __name__), name)
    return model


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
