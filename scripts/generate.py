"""Write generated/opensandbox_api from openapi/*.yaml, or with --check compare and change nothing.

    python scripts/generate.py            # rewrite the tree
    python scripts/generate.py --check    # print the difference and exit 1 when the tree is not what would be written

One pass per API: the spec and the generator's templates are patched (openapi/patches.yaml), openapi-python-client renders
them with the options of openapi/config/<api>.yaml, and every file gets a header that names its source. What all APIs share
is copied from openapi/package. All of it happens in a temporary folder, so a failing generator leaves the tree as it was.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openapi_python_client
import yaml
from openapi_python_client.config import ClassOverride, ConfigFile

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("generated/opensandbox_api")
APIS = ("diagnostics", "egress", "execd", "lifecycle")
SHARED = Path("openapi/package")
HEADER = (
    "# Written by scripts/generate.py from {source}. Do not edit; change the source and run `make gen`.\n"
)


class GenerateError(Exception):
    """The sources cannot be turned into clients; the message says which one and why."""


def render(root: Path, target: Path) -> None:
    """Write the package that belongs to the sources below `root` into the new folder `target`."""
    patches = yaml.safe_load((root / "openapi/patches.yaml").read_text())
    configs = {api: _checked_config(root / f"openapi/config/{api}.yaml") for api in APIS}
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor() as workers:
        templates = _prepare_templates(root, patches["templates"], Path(scratch, "templates"))
        specs = _prepare_specs(root, patches["specs"], Path(scratch))
        for job in [
            workers.submit(_render_api, api, specs[api], configs[api], templates, target / api)
            for api in APIS
        ]:
            job.result()
    for module in sorted((root / SHARED).glob("*.py")):
        (target / module.name).write_text(HEADER.format(source=SHARED / module.name) + module.read_text())
    (target / "py.typed").write_text("")


def differences(expected: Path, actual: Path) -> Iterator[str]:
    """Every way in which the tree `actual` is not `expected`: missing, orphaned and changed files, as diff text."""
    wanted, found = _files(expected), _files(actual)
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"missing: {name}\n"
        elif name not in wanted:
            yield f"orphan, no source writes it: {name}\n"
        elif wanted[name] != found[name]:
            yield from difflib.unified_diff(
                found[name].decode(errors="replace").splitlines(keepends=True),
                wanted[name].decode(errors="replace").splitlines(keepends=True),
                f"{name} (in the tree)",
                f"{name} (as generated)",
            )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write or check the generated API clients.")
    parser.add_argument("--check", action="store_true", help="compare, print the difference, change nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository to work in")
    options = parser.parse_args(arguments)
    tree = options.root / PACKAGE
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch, "opensandbox_api")
        try:
            render(options.root, fresh)
        except GenerateError as error:
            print(error, file=sys.stderr)
            return 1
        if options.check:
            diff = "".join(differences(fresh, tree))
            sys.stdout.write(diff)
            if diff:
                print(f"{PACKAGE} is not what its sources generate; run `make gen`", file=sys.stderr)
            return 1 if diff else 0
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(fresh, tree)
    return 0


def _files(tree: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _prepare_specs(root: Path, patches: list[dict[str, Any]], scratch: Path) -> dict[str, Path]:
    """Write the patched specs into `scratch`; a patch that finds no place to act is stale and refused."""
    specs = {api: yaml.safe_load((root / f"openapi/{api}.yaml").read_text()) for api in APIS}
    for patch in patches:
        if not sum([_apply(specs[api], patch["at"], patch) for api in patch["apis"]]):
            raise GenerateError(
                f"openapi/patches.yaml: nothing in {patch['apis']} is at {patch['at']}; drop the patch"
            )
    paths = {}
    for api, spec in specs.items():
        paths[api] = scratch / f"{api}.yaml"
        paths[api].write_text(yaml.safe_dump(spec, sort_keys=False))
    return paths


def _apply(node: Any, at: list[str], patch: dict[str, Any]) -> int:
    """Edit every place below `node` that matches the keys `at`; returns how many there were."""
    if not isinstance(node, dict):
        return 0
    keys = fnmatch.filter(node, at[0])
    if at[1:]:
        return sum(_apply(node[key], at[1:], patch) for key in keys)
    for key in keys:
        if patch.get("remove"):
            del node[key]
        else:
            node[key] = patch["set"]
    return len(keys)


def _prepare_templates(root: Path, patches: list[dict[str, str]], folder: Path) -> Path:
    """Our own templates plus the generator's, where openapi/patches.yaml changes a passage of them."""
    shutil.copytree(root / "openapi/templates", folder)
    packaged = Path(openapi_python_client.__file__).parent / "templates"
    for patch in patches:
        name = patch["file"]
        path = folder / name
        text = (path if path.exists() else packaged / name).read_text()
        if text.count(patch["replace"]) != 1:
            raise GenerateError(
                f"openapi/patches.yaml: the passage to replace is not exactly once in {name} of openapi-python-client "
                f"{openapi_python_client.__version__}; compare the template and adapt the patch"
            )
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(patch["replace"], patch["with"]))
    return folder


def _checked_config(path: Path) -> Path:
    """The generator ignores options it does not know, so a typo would go unnoticed: refuse them here."""
    config = yaml.safe_load(path.read_text())
    unknown = sorted(config.keys() - ConfigFile.model_fields.keys())
    for name, override in (config.get("class_overrides") or {}).items():
        unknown += [
            f"class_overrides.{name}.{key}" for key in override.keys() - ClassOverride.model_fields.keys()
        ]
    if unknown:
        known = ", ".join(sorted(ConfigFile.model_fields))
        raise GenerateError(
            f"{path}: openapi-python-client has no option {', '.join(unknown)}; it knows {known}"
        )
    return path


def _render_api(api: str, spec: Path, config: Path, templates: Path, target: Path) -> None:
    generator = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    sources = ["--path", str(spec), "--config", str(config), "--custom-template-path", str(templates)]
    # The post hooks call `ruff`: it has to be the one installed beside this interpreter, which is pinned.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    run = subprocess.run(
        [*generator, *sources, "--output-path", str(target)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise GenerateError(f"openapi/{api}.yaml: openapi-python-client failed\n{run.stdout}{run.stderr}")
    for module in target.rglob("*.py"):
        module.write_text(HEADER.format(source=f"openapi/{api}.yaml") + module.read_text())


if __name__ == "__main__":
    sys.exit(main())
