"""Where diagnostic text is, and how its bytes are read."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox.models.diagnostics import DiagnosticContent


def text_address(content: DiagnosticContent, base_url: str) -> tuple[str, str]:
    """Return origin and path of a text that is delivered by link; a relative link is the server's own."""
    if not content.content_url:
        raise InvalidArgumentException(
            f"content has neither text nor a link (delivery {content.delivery!r}); ask for the {content.kind} again"
        )
    parts = urlsplit(urljoin(base_url.rstrip("/") + "/", content.content_url))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}", parts.path + query


def decoded(text: bytes, content_type: str) -> str:
    """Return bytes as the text that the content type says they are; what does not fit is replaced."""
    found = re.search(r"charset=\"?([^\s;\"]+)", content_type, re.IGNORECASE)
    try:
        name = codecs.lookup(found[1]).name if found else "utf-8"
    except LookupError:
        name = "utf-8"
    return text.decode(name, "replace")
