"""Holds the answers of a daemon against openapi/execd.yaml, on their way to a client that is none the wiser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SPEC = Path(__file__).parents[2] / "openapi" / "execd.yaml"
TO_THE_DAEMON = re.compile(r"/gateway/[^/]+/44772(?=/)")
METHODS = {"get", "post", "put", "patch", "delete"}

# What daemons answer although their contract does not say so: a file is not there, or something is in its way.
UNDECLARED = {
    ("replaceContent", 404),
    ("identityReplaceContent", 404),
    ("isolatedReplaceContent", 404),
    ("isolatedRenameFiles", 404),
    ("isolatedMakeDirs", 500),
    ("isolatedChmodFiles", 500),
    ("isolatedSearchFiles", 404),
    ("isolatedUploadFile", 500),
}


@cache
def specification() -> dict[str, Any]:
    """Return the contract."""
    loaded: dict[str, Any] = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    return loaded


@cache
def operations() -> dict[str, tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Return method, path and answers of every operation, by its id."""
    return {
        operation["operationId"]: (
            method.upper(),
            re.compile(re.sub(r"{\w+}", "[^/]+", path)),
            operation["responses"],
        )
        for path, item in specification()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


class Answers:
    """An event hook for responses. `seen` tells which operations were reached, and with which statuses."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self._registry: Any = Registry().with_resource("spec", DRAFT202012.create_resource(specification()))

    def __call__(self, response: httpx.Response) -> None:
        """Fail unless the answer is one that the contract declares."""
        where = TO_THE_DAEMON.match(response.request.url.path)
        if where is None:
            return
        path = response.request.url.path[where.end() :]
        (name,) = [
            name
            for name, (method, pattern, _) in operations().items()
            if method == response.request.method and pattern.fullmatch(path)
        ]
        self.seen.append((name, response.status_code))
        self._check(name, response)

    def _check(self, name: str, response: httpx.Response) -> None:
        declared = operations()[name][2].get(str(response.status_code))
        if declared is None:
            assert (name, response.status_code) in UNDECLARED, f"{name} answered {response.status_code}"
            declared = {"$ref": "#/components/responses/NotFound"}
        if "$ref" in declared:
            declared = self._registry.resolver("spec").lookup(declared["$ref"]).contents
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        content = declared.get("content", {})
        if not content or (response.headers.get("Content-Length") == "0" and "text/plain" not in content):
            # Where counts were not asked for there are none, whatever the contract says.
            assert not content or name.lower().endswith("replacecontent"), name
            response.read()
            assert response.content == b""
            return
        assert kind in content, f"{name} answered {response.status_code} as {kind!r}"
        schema = content[kind].get("schema", {})
        if kind == "application/json":
            self._validate(name, response.read(), schema)
        elif kind == "text/event-stream":
            response.stream = _Tee(response.stream, lambda data: self._validate(name, data, schema))

    def _validate(self, name: str, data: bytes, schema: dict[str, Any]) -> None:
        absolute = {"$ref": "spec" + schema["$ref"]} if "$ref" in schema else _absolute(schema)
        validator = Draft202012Validator(
            absolute, registry=self._registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        problems = [
            f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(data))
        ]
        assert not problems, (name, problems)


def _absolute(schema: Any) -> Any:
    """Return a schema that stands in place with its references made absolute."""
    if isinstance(schema, dict):
        return {key: "spec" + value if key == "$ref" else _absolute(value) for key, value in schema.items()}
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema


class _Tee(httpx.SyncByteStream):
    """A body that shows each of its lines to somebody while it passes."""

    def __init__(self, stream: Any, show: Any) -> None:
        self._stream = stream
        self._show = show

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for piece in self._stream:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if line.strip():
                    self._show(line)
            yield piece

    def close(self) -> None:
        """Let go."""
        self._stream.close()
