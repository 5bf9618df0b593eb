"""How executions look in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opensandbox.models.executions import Execution

_RED: Final = '<span style="color:#c00">{}</span>'


def shown(execution: Execution) -> dict[str, Any]:
    """Return an execution without results in the forms that a notebook shows: its output, errors in red, the exit code."""
    parts = list(execution._written_in_order())
    ending = "" if execution.output.endswith("\n") or not parts else "\n"
    if execution.exit_code is not None:
        parts += [(False, ending), (not execution.ok, f"exit code {execution.exit_code}")]
    elif execution.error is not None:
        parts += [(False, ending), (True, execution.error.text)]
    html = "".join(_RED.format(escape(text)) if is_error else escape(text) for is_error, text in parts)
    plain = "".join(text for _, text in parts) or repr(execution)
    return {"text/plain": plain, "text/html": f"<pre>{html or escape(plain)}</pre>"}
