"""Logs and events that a deployment keeps about a sandbox, and where the sandbox runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from opensandbox.models.base import Answer


class DiagnosticContent(Answer):
    """Diagnostic text, or the place to fetch it from.

    With `delivery` `inline` the text is in `content`; with `url` it is behind `content_url` until
    `expires_at`. `truncated` tells that older text is missing. `kind` is `logs` or `events`, `scope`
    what was asked for.
    """

    sandbox_id: Annotated[str, Field(alias="sandboxId")]
    kind: str
    scope: str
    delivery: str
    content_type: Annotated[str, Field(alias="contentType")]
    truncated: bool
    content: str | None = None
    # A signed address is as good as a key.
    content_url: Annotated[str | None, Field(alias="contentUrl", repr=False)] = None
    content_length: Annotated[int | None, Field(alias="contentLength")] = None
    expires_at: Annotated[datetime | None, Field(alias="expiresAt")] = None
    warnings: list[str] | None = None


class DiagnosticContext(Answer):
    """Where a sandbox runs: the kind of backend, and the names under which it is found there.

    Which names there are depends on the backend, for example `{"container": "3f0c…"}`. `state` is the lifecycle state, where
    it is known.
    """

    sandbox_id: Annotated[str, Field(alias="sandboxId")]
    state: str | None = None
    backend_type: Annotated[str, Field(alias="backendType")]
    backend_identifiers: Annotated[dict[str, str], Field(alias="backendIdentifiers")]
