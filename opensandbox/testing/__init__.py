"""Tests of programs that use sandboxes, without a server, without processes: a sandbox that follows a script.

    from opensandbox.testing import ScriptedSandbox

    def test_a_failing_build_is_reported():
        script = ScriptedSandbox()
        script.on("make", stderr="no rule\\n", exit_code=2)
        assert report_build(script.blocking()) == "no rule"
        assert script.commands == ["make"]

The pytest fixture `scripted_sandbox` is one, new for each test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.testing.scripted import CommandCall as CommandCall
    from opensandbox.testing.scripted import CommandResult as CommandResult
    from opensandbox.testing.scripted import NotScriptedError as NotScriptedError
    from opensandbox.testing.scripted import ScriptedSandbox as ScriptedSandbox

__all__ = ["CommandCall", "CommandResult", "NotScriptedError", "ScriptedSandbox"]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {"opensandbox.testing.scripted": "CommandCall CommandResult NotScriptedError ScriptedSandbox"},
)
