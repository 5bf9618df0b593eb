"""Holds every answer of the server against the published specs, whichever test provoked it."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    import httpx

SPECS = Path(__file__).parents[3] / "openapi"
ERROR = {"$ref": "lifecycle#/components/schemas/ErrorResponse"}


class Contract:
    """The lifecycle and diagnostics specs. `checked` counts the operations and statuses that were seen."""

    def __init__(self) -> None:
        specs = {
            name: yaml.safe_load((SPECS / f"{name}.yaml").read_text())
            for name in ("lifecycle", "diagnostics")
        }
        self._registry: Any = Registry().with_resources(
            [(name, DRAFT202012.create_resource(spec)) for name, spec in specs.items()]
        )
        self._operations = [
            (
                re.compile("/v1" + re.sub(r"{\w+}", "[^/]+", path)),
                method.upper(),
                name,
                operation["responses"],
            )
            for name, spec in specs.items()
            for path, item in spec["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        ]
        self.checked: set[tuple[str, str, int]] = set()

    def check(self, response: httpx.Response) -> None:
        """Fail unless the answer is declared as it is; what is not declared must be an error in the envelope."""
        request = response.request
        if "Deprecation" in response.headers:
            return  # the legacy text of the diagnostics routes is not part of the specs
        for pattern, method, name, responses in self._operations:
            if method != request.method or not pattern.fullmatch(request.url.path):
                continue
            assert response.headers["X-Request-ID"]
            declared = responses.get(str(response.status_code))
            if declared is None:
                schema: dict[str, Any] | None = ERROR
            else:
                if "$ref" in declared:
                    declared = self._registry.resolver(name).lookup(declared["$ref"]).contents
                media = declared.get("content", {}).get("application/json")
                schema = media and _absolute(media["schema"], name)
            self._check_body(response, schema)
            self.checked.add((method, pattern.pattern, response.status_code))

    def _check_body(self, response: httpx.Response, schema: dict[str, Any] | None) -> None:
        response.read()
        if schema is None:
            assert response.content == b""
            return
        assert response.headers["Content-Type"] == "application/json"
        validator = Draft202012Validator(
            schema, registry=self._registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(response.json())]
        assert not problems, (
            response.request.method,
            str(response.request.url),
            response.status_code,
            problems,
        )


def _absolute(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": name + schema["$ref"]} if "$ref" in schema else schema


@functools.cache
def contract() -> Contract:
    """The one instance, since reading the specs takes a while."""
    return Contract()
