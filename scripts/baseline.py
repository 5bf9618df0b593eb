"""Write what `make api-diff` and `make spec-diff` compare with: specs and public names as they were released, without their prose.

    python -m scripts.baseline [REF] [--version VERSION]

REF is a git reference, by default the last commit; the version is the one that the package says there. It is run with each
release, and what it writes is committed: a change of the public names or of the specs is then told until the next release,
however many commits lie between.

The public names are the sources without the bodies of functions, which is what griffe needs to compare them, in one zip.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
RELEASED = Path("scripts/released")
"""Where it lies, below the root of a checkout."""

NAMES = "opensandbox.zip"
VERSION = "version"
PROSE = frozenset(("description", "summary", "example", "title"))
# What decides inside, and what the embedded server is made of, is no program's to use; the server's own name and fixtures are.
_INSIDE = ("opensandbox/_core/", "opensandbox/local/")
_USED = frozenset(f"opensandbox/local/{name}.py" for name in ("__init__", "server", "pytest_plugin"))
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def main(arguments: list[str] | None = None) -> int:
    """Write the baseline and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("ref", nargs="?", default="HEAD", help="a git reference (default: the last commit)")
    parser.add_argument("--version", help="the version to call it (default: what the package says)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        source = checked_out(given.ref, ROOT, Path(directory))
        print(f"{RELEASED}: {write(source, ROOT, given.version)}")
    return 0


def write(source: Path, root: Path, version: str | None = None) -> str:
    """Write the baseline of `root` from a source tree; returns the version that it is called."""
    target = root / RELEASED
    target.mkdir(parents=True, exist_ok=True)
    for spec in sorted((source / "openapi").glob("*.yaml")):
        content = yaml.safe_load(spec.read_text(encoding="utf-8"))
        if "openapi" in content:
            (target / f"{spec.stem}.json").write_text(
                json.dumps(without_prose(content), separators=(",", ":"), sort_keys=True) + "\n"
            )
    with zipfile.ZipFile(target / NAMES, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((source / "opensandbox").rglob("*.py")):
            name = path.relative_to(source).as_posix()
            if not name.startswith(_INSIDE) or name in _USED:
                # The same bytes for the same sources, whenever it is written.
                archive.writestr(
                    zipfile.ZipInfo(name, _LONG_AGO),
                    signatures(path.read_text(encoding="utf-8")),
                    zipfile.ZIP_DEFLATED,
                )
    version = version or _version(source)
    (target / VERSION).write_text(version + "\n")
    return version


def released_version(root: Path) -> str:
    """Return the version that the baseline was written for."""
    return (root / RELEASED / VERSION).read_text().strip()


def checked_out(ref: str, root: Path, to: Path) -> Path:
    """Return a directory with package and specs as they are at a git reference."""
    done = subprocess.run(
        ["git", "archive", ref, "opensandbox", "openapi"], cwd=root, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{ref!r} is no commit with package and specs: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(to, filter="data")
    return to


def signatures(source: str) -> str:
    """Return a module without docstrings and without what its functions do; constructors stay, they make attributes."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "__init__":
            node.body = [ast.Expr(ast.Constant(...))]
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def without_prose(value: Any, *, names: bool = False) -> Any:
    """Return a part of a spec without what is said to people; `names` are those of members, which may be called so."""
    if isinstance(value, list):
        return [without_prose(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_prose(item, names=key in ("properties", "schemas", "parameters"))
        for key, item in value.items()
        if names or key not in PROSE or not isinstance(item, str)
    }


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _version(source: Path) -> str:
    found: dict[str, str] = {}
    exec((source / "opensandbox" / "_version.py").read_text(encoding="utf-8"), found)  # noqa: S102 - our own
    return found["__version__"]


if __name__ == "__main__":
    sys.exit(main())
