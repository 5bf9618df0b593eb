"""The languages of code: Python and bash always, every other one by a Jupyter kernel that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox.local.execd.code.bash import BashInterpreter
from opensandbox.local.execd.code.kernel import JupyterKernel, Launch
from opensandbox.local.execd.code.python import start_python
from opensandbox.local.execd.http.errors import ExecdError, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opensandbox.local.execd.run import events

OWN = ("bash", "python")
_SCRIPTS = ("javascript", "typescript")


class Interpreter(Protocol):
    """What runs the code of a context."""

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Run code; False when a final event was put into the buffer already."""
        ...

    async def interrupt(self) -> None:
        """Stop what runs, keep the state."""
        ...

    async def stop(self) -> None:
        """End the interpreter."""
        ...


async def start(language: str, env: Mapping[str, str], cwd: str) -> Interpreter:
    """Start an interpreter. ExecdError 400 for a language that is not there, 500 when the start fails."""
    if language.lower() == "python":
        return await start_python(env, cwd)
    if language.lower() == "bash":
        return await BashInterpreter.start(env, cwd)
    return await JupyterKernel.start(_launch(language, env), env, cwd)


def check(language: str, env: Mapping[str, str]) -> None:
    """Refuse a language that is not there, and say how to get it. ExecdError 400."""
    if language.lower() not in OWN:
        _launch(language, env)


def _launch(language: str, env: Mapping[str, str]) -> Launch:
    try:
        from opensandbox.local.execd.code import kernelspecs
    except ImportError:
        raise _unsupported(
            language,
            OWN,
            'others run in Jupyter kernels, for which the server needs `pip install "opensandbox[local-code]"`',
        ) from None
    installed = kernelspecs.find(env)
    launch = installed.get(language.lower())
    if launch is not None:
        if (program := launch.missing_program(env)) is not None:
            raise invalid(
                f"the language {language!r} is not supported here: {launch.title} is installed, but its program {program!r} is not "
                "on the PATH of the sandbox"
            )
        return launch
    if language.lower() in _SCRIPTS:
        way = (
            'it runs in Deno: start the server with packages=["deno"] (`--packages deno`), or in an environment with the extra '
            "local-javascript, or have `deno` on the PATH of the image"
        )
    else:
        way = (
            "install a Jupyter kernel for it in the image or the sandbox. Its kernelspec is looked for in JUPYTER_PATH, in "
            "~/.local/share/jupyter, and in share/jupyter beside each directory of PATH"
        )
    raise _unsupported(language, sorted({*OWN, *installed}), way)


def _unsupported(language: str, there: Sequence[str], way: str) -> ExecdError:
    return invalid(f"the language {language!r} is not supported here: it can be {', '.join(there)}; {way}")
