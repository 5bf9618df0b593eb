"""Where code runs: an interpreter that keeps its state from one run to the next."""

from __future__ import annotations

from opensandbox.models.base import Answer


class CodeContext(Answer):
    """An interpreter in a sandbox, with the variables that its runs have left; `cwd` as it was asked for.

    Made by `sandbox.code.contexts.create`. It is a value: it may be kept, and `contexts.get(context.id)` finds it again.
    """

    id: str
    language: str
    cwd: str | None = None
