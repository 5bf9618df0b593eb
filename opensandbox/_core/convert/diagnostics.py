"""Diagnostics: descriptors in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.convert.values import given, mapping
from opensandbox.models.diagnostics import DiagnosticContent, DiagnosticContext

if TYPE_CHECKING:
    from opensandbox_api.diagnostics import models as api


def content(answer: api.DiagnosticContentResponse) -> DiagnosticContent:
    """Return the text, or where it can be fetched."""
    return DiagnosticContent.model_construct(
        sandbox_id=answer.sandbox_id,
        kind=str(answer.kind),
        scope=answer.scope,
        delivery=str(answer.delivery),
        content_type=answer.content_type,
        truncated=answer.truncated,
        content=given(answer.content),
        content_url=given(answer.content_url),
        content_length=given(answer.content_length),
        expires_at=given(answer.expires_at),
        warnings=given(answer.warnings),
    )


def context(answer: api.DiagnosticContextResponse) -> DiagnosticContext:
    """Return where a sandbox runs."""
    return DiagnosticContext(
        sandbox_id=answer.sandbox_id,
        state=given(answer.state),
        backend_type=answer.backend_type,
        backend_identifiers=mapping(answer.backend_identifiers) or {},
    )
