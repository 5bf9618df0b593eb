"""Write `opensandbox/models/dicts.py`: for each model that a caller writes, the type of the dict that may be given instead.

    python scripts/dicts.py            write it
    python scripts/dicts.py --check    write nothing; exit 1, with a diff, where it is out of date

Type checkers then know the fields of `opts={"working_directory": "/tmp"}`, and that there is none called `cwd`. When the program runs, the
model itself reads the dict.
"""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from opensandbox import models
from opensandbox.models.base import Model
from opensandbox.models.code import CodeContext
from opensandbox.models.file_modes import FileMode

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "opensandbox" / "models" / "dicts.py"

HEAD = '''\
# Written by scripts/dicts.py from the models. Do not edit; change the model and run `make gen`.
"""The types of the dicts that calls take in the place of models, for annotations.

    opts: RunCommandOptsDict = {"working_directory": "/workspace"}
    await sandbox.commands.run("make", opts=opts)

Both spellings of a field are understood when the program runs; these types have the Python names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from io import IOBase
from typing import Literal, Required, TypedDict

'''


def taken() -> list[type[BaseModel]]:
    """Return the models in whose place a call takes a dict: those that a caller writes, and the context that code runs in."""
    public = [getattr(models, name) for name in models.__all__]
    return [kind for kind in public if isinstance(kind, type) and issubclass(kind, Model)] + [CodeContext]


def rendered(annotation: Any, dicts: frozenset[type]) -> str:
    """Return what may be given for an annotation, as a caller would write it."""
    if annotation == FileMode:
        return "int | str"
    if annotation is timedelta:
        return "timedelta | float"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return rendered(arguments[0], dicts)
    if origin in (Union, types.UnionType):
        return " | ".join(rendered(part, dicts) for part in arguments)
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin is Callable:
        given = ", ".join(rendered(part, frozenset()) for part in arguments[0])
        return f"Callable[[{given}], {rendered(arguments[1], frozenset())}]"
    if origin is list and arguments[0] in dicts:
        return f"Sequence[{rendered(arguments[0], dicts)}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(rendered(part, dicts) for part in arguments)}]"
    if annotation in (None, type(None)):
        return "None"
    if annotation in dicts:
        return f"{annotation.__name__} | {annotation.__name__}Dict"
    return str(annotation.__name__)


def typed_dict(kind: type[BaseModel], dicts: frozenset[type]) -> Iterator[str]:
    """Yield the lines of one class."""
    hints = get_type_hints(kind, include_extras=True)
    yield f"class {kind.__name__}Dict(TypedDict, total=False):"
    yield f'    """The fields of `{kind.__name__}`."""'
    for name, field in kind.model_fields.items():
        given = rendered(hints[name], dicts)
        yield f"    {name}: {f'Required[{given}]' if field.is_required() else given}"
    yield ""


def text() -> str:
    """Return what the file has to hold."""
    kinds = sorted(taken(), key=lambda kind: kind.__name__)
    dicts = frozenset(kinds)
    body = "\n".join(line for kind in kinds for line in typed_dict(kind, dicts))
    imports = f"from opensandbox.models import {', '.join(models.__all__)}\n"  # those that are not needed are dropped
    public = sorted(f"{kind.__name__}Dict" for kind in kinds)
    return formatted(f"{HEAD}{imports}\n__all__ = {public!r}\n\n\n{body}")


def formatted(source: str) -> str:
    """Return source as `make fmt` leaves it."""
    for command in (["check", "--fix", "--exit-zero", "--select", "I,F401"], ["format"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--quiet",
                "--no-cache",
                "--stdin-filename",
                TARGET,
                "-",
            ],
            input=source,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        source = done.stdout
    return source


def main() -> int:
    """Write or check the file and return the exit status."""
    parser = argparse.ArgumentParser(
        description="Write the types of the dicts that calls take in the place of models."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where it is out of date")
    wanted, actual = text(), TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if not parser.parse_args().check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    name = TARGET.relative_to(ROOT).as_posix()
    sys.stdout.writelines(
        difflib.unified_diff(actual.splitlines(True), wanted.splitlines(True), name, "as generated")
    )
    return int(actual != wanted)


if __name__ == "__main__":
    sys.exit(main())
