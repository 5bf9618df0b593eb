"""IPython and Jupyter: cells that run in a sandbox, with live output and rich results.

%load_ext opensandbox.integrations.jupyter
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from opensandbox import SandboxSync
from opensandbox.exceptions import SandboxException
from opensandbox.integrations import needs_extra
from opensandbox.integrations.code import CodeTimeoutError, Interpreter
from opensandbox.integrations.embedded import connection_config_sync
from opensandbox.integrations.lifetimes import DEFAULT_IMAGE, KeptSandbox
from opensandbox.models.execd_sync import ExecutionHandlersSync

try:
    from IPython.core.error import UsageError
    from IPython.core.magic import Magics, line_cell_magic, magics_class
    from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
except ImportError as error:
    raise needs_extra("jupyter", error) from error

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from opensandbox.models.executions import ExecutionResult, OutputMessage

__all__ = ["SandboxMagics", "load_ipython_extension"]


@magics_class
class SandboxMagics(Magics):
    """The magic `sandbox`: as `%%sandbox` it runs a cell, as `%sandbox` it chooses the sandbox."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._ipython = shell
        self._kept: KeptSandbox | None = None
        self._sandbox: SandboxSync | None = None
        self._interpreters: dict[str, Interpreter] = {}

    @magic_arguments()
    @argument("--image", help="work in a new sandbox of this image")
    @argument("--connect", metavar="ID", help="work in this sandbox, which is left running")
    @argument(
        "--end", action="store_true", help="end the sandbox that was created here, or leave the other one"
    )
    @argument("--language", default="python", help="language of the cell (default: python)")
    @argument("--shell", action="store_true", help="run the cell as shell text")
    @argument("--timeout", type=float, default=600.0, help="seconds after which the cell is interrupted")
    @line_cell_magic
    def sandbox(self, line: str, cell: str | None = None) -> None:
        """Run a cell in a sandbox, which is created on first use and ends with this kernel.

        Without a configured deployment it runs on an embedded server of this process. Variables stay from cell to cell.
        """
        options = parse_argstring(self.sandbox, line)
        try:
            self._choose(options)
            if cell is not None:
                self._run(cell, options)
            elif not options.end:
                print(repr(self._chosen()))  # noqa: T201 - it is what was asked for
        except (SandboxException, CodeTimeoutError) as failure:
            raise UsageError(str(failure)) from failure

    def _choose(self, options: Any) -> None:
        if not (options.image or options.connect or options.end):
            return
        if self._kept is not None:
            self._kept.end()
        elif self._sandbox is not None:
            self._sandbox.close()
        self._kept, self._sandbox, self._interpreters = None, None, {}
        if options.connect:
            self._sandbox = SandboxSync.connect(options.connect, connection_config=connection_config_sync())
        elif options.image:
            self._kept = KeptSandbox(options.image)
            self._sandbox = self._kept.sandbox

    def _chosen(self) -> SandboxSync:
        if self._sandbox is None:
            self._kept = KeptSandbox(DEFAULT_IMAGE)
            self._sandbox = self._kept.sandbox
        return self._sandbox

    def _run(self, cell: str, options: Any) -> None:
        sandbox = self._chosen()
        if options.shell:
            handlers = ExecutionHandlersSync(on_stdout=_printed, on_stderr=_printed)
            execution = sandbox.commands.run(cell, timeout=options.timeout, handlers=handlers)
            if not execution.ok:
                why = "was killed" if execution.timed_out else f"ended with {execution.exit_code}"
                raise UsageError(f"the command {why}")
            return
        interpreter = self._interpreters.get(options.language)
        if interpreter is None:
            interpreter = self._interpreters[options.language] = Interpreter(sandbox, options.language)
        handlers = ExecutionHandlersSync(on_stdout=_printed, on_stderr=_printed, on_result=self._display)
        execution = interpreter.run(cell, timeout=options.timeout, handlers=handlers)
        if execution.error is not None:
            print(execution.error.ansi, file=sys.stderr)  # noqa: T201 - as a notebook shows it
            raise UsageError(f"{execution.error.name} in the sandbox")

    def _display(self, result: ExecutionResult) -> None:
        self._ipython.display_pub.publish(result._repr_mimebundle_())


def _printed(message: OutputMessage) -> None:
    end = "\n" if message.line_end is None and not message.text.endswith("\n") else message.line_end or ""
    print(message.text, end=end, file=sys.stderr if message.is_error else sys.stdout, flush=True)


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register the magic; `%load_ext opensandbox.integrations.jupyter` calls it."""
    ipython.register_magics(SandboxMagics(ipython))
