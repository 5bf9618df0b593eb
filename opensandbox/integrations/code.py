"""An interpreter of a sandbox, for adapters: its code is interrupted when it takes too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.exceptions import StreamTimeoutException

if TYPE_CHECKING:
    from opensandbox import SandboxSync
    from opensandbox.models.executions import Execution

__all__ = ["CodeTimeoutError", "Interpreter"]

MAX_OUTPUT = 1_000_000
"""Characters of each stream that are kept: the beginning and the end."""


class CodeTimeoutError(TimeoutError):
    """Code took too long and was interrupted; `execution` has its output so far."""

    def __init__(self, limit: float, execution: Execution | None) -> None:
        super().__init__(f"the code was interrupted after {limit:g} s; variables are kept")
        self.execution = execution


class Interpreter:
    """An interpreter that keeps its variables, started on first use.

    execution = Interpreter(sandbox).run("6 * 7", timeout=10)
    """

    def __init__(self, sandbox: SandboxSync, language: str = "python") -> None:
        self._sandbox = sandbox
        self._language = language
        self._context: Any = None

    def run(self, code: str, *, timeout: float, **options: Any) -> Execution:
        """Run code and return its outcome, also of code that failed. After `timeout` seconds raises `CodeTimeoutError`."""
        if self._context is None:
            self._context = self._sandbox.code.contexts.create(self._language)
        given = {"max_output": MAX_OUTPUT, **options}
        try:
            return self._sandbox.code.run(code, context=self._context, request_timeout=timeout, **given)
        except StreamTimeoutException as late:
            self._sandbox.code.interrupt(self._context)
            raise CodeTimeoutError(timeout, late.execution) from late
