"""The Jupyter kernels that are installed where programs of the sandbox find them, and Deno's, which brings its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager

from opensandbox.local.execd.code.kernel import Launch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVERS_DENO = "/opt/opensandbox/deno"
"""Where a sandbox has the Deno of the server's environment, if that has one."""

_DENO_ARGUMENTS = ("jupyter", "--kernel", "--conn", "{connection_file}")
_DENO_GRACE = 1.5  # the code is to be stopped within two seconds


def find(env: Mapping[str, str]) -> dict[str, Launch]:
    """Return the kernels by language and by name, both in lower case; of several for one language, the first that can run."""
    manager = KernelSpecManager(kernel_dirs=list(directories(env)), ensure_native_kernel=False)
    by_name: dict[str, Launch] = {}
    candidates: list[tuple[str, Launch]] = []
    for name, found in manager.get_all_specs().items():
        if found["spec"]["argv"]:  # Jupyter itself passes over files that it cannot read
            by_name[name] = _launch(found, env)
            candidates.append((str(found["spec"]["language"]).lower(), by_name[name]))
    if (deno := _deno(env)) is not None:
        candidates += [("javascript", deno), ("typescript", deno)]
    candidates.sort(key=lambda candidate: candidate[1].missing_program(env) is not None)
    return {**by_name, **dict(reversed(candidates))}


def directories(env: Mapping[str, str]) -> Iterator[str]:
    """Yield where Jupyter looks for kernels, as programs of the sandbox would: what is asked for, the user's, each prefix of PATH."""
    shares = [Path(place) for place in env.get("JUPYTER_PATH", "").split(":") if place]
    home = Path(env.get("HOME", "/"))
    data = Path(env.get("XDG_DATA_HOME") or home / ".local/share", "jupyter")
    shares.append(Path(env.get("JUPYTER_DATA_DIR") or data))
    shares += [Path(place).parent / "share/jupyter" for place in os.get_exec_path(env)]
    shares += [Path("/usr/local/share/jupyter"), Path("/usr/share/jupyter")]
    yield from dict.fromkeys(str(share / "kernels") for share in shares)


def _launch(found: dict[str, Any], env: Mapping[str, str]) -> Launch:
    spec, resources = found["spec"], Path(found["resource_dir"])
    prefix = [*resources.parents][:4][-1]  # of PREFIX/share/jupyter/kernels/NAME
    values = {"{resource_dir}": str(resources), "{prefix}": str(prefix)}
    argv = [_filled(part, values) for part in spec["argv"]]
    if Path(argv[0]).name == "deno":
        return _denos(argv)
    return Launch(
        f"the kernel {spec['display_name']!r}",
        argv,
        {name: Template(str(value)).safe_substitute(env) for name, value in spec.get("env", {}).items()},
        interrupt_by_message=spec.get("interrupt_mode") == "message",
        coloured=True,
    )


def _filled(part: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        part = part.replace(name, value)
    return part


def _deno(env: Mapping[str, str]) -> Launch | None:
    program = shutil.which("deno", path=env.get("PATH")) or shutil.which(SERVERS_DENO)
    return None if program is None else _denos((program, *_DENO_ARGUMENTS))


def _denos(argv: Sequence[str]) -> Launch:
    # Its own kernelspec leaves out that SIGINT ends it. A message stops code that computes; one that waits goes on for ever.
    return Launch(
        "Deno's kernel",
        argv,
        {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
        interrupt_by_message=True,
        interrupt_grace=_DENO_GRACE,
        mark="console.log({mark});console.error({mark})",
        coloured=True,
    )
