"""The specs in openapi/ say exactly what facts.json records of the wire protocol: nothing less and nothing more.

Both sides are turned into flat maps from a place ("GET /sandboxes query page minimum") to a value and compared whole, so a
thing that only one side has is a difference like any other. The mutations at the end show that each kind is noticed.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from openapi_spec_validator import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SPEC_OF = {"lifecycle": "lifecycle", "execd": "execd", "egress": "egress", "diagnostic": "diagnostics"}
OPERATIONS = {"lifecycle": 30, "execd": 60, "egress": 11, "diagnostic": 3}
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
ABSENT = "nothing"
Spec = dict[str, Any]


@cache
def facts(service: str) -> Spec:
    content: Spec = json.loads((ROOT / "tests/contract/facts.json").read_text())[service]
    return content


@cache
def loaded(service: str) -> Spec:
    content: Spec = yaml.safe_load((ROOT / f"openapi/{SPEC_OF[service]}.yaml").read_text())
    return content


def resolve(spec: Spec, node: Any) -> Any:
    """Follow a reference to a parameter, response or header; schemas stay references."""
    while "$ref" in node:
        target: Any = spec
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def schema(node: Any) -> Any:
    """One form for a schema of either side: no descriptions or examples, nullability as a flag, lists without order sorted."""
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    plain = {key: value for key, value in node.items() if key not in ("description", "examples")}
    if isinstance(plain.get("type"), list):
        (plain["type"],) = set(plain["type"]) - {"null"}
        plain["nullable"] = True
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    for key in ("enum", "required"):
        if isinstance(plain.get(key), list):
            plain[key] = sorted(plain[key])
    for key in ("items", "additionalProperties"):
        if key in plain:
            plain[key] = schema(plain[key])
    for key in ("allOf", "oneOf", "anyOf"):
        if key in plain:
            plain[key] = [schema(part) for part in plain[key]]
    if "properties" in plain:
        plain["properties"] = {name: schema(part) for name, part in plain["properties"].items()}
    return plain


def operation_of_spec(spec: Spec, item: Spec, method: str) -> Spec:
    operation = item[method]
    parameters = [resolve(spec, p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]]
    responses = {status: resolve(spec, response) for status, response in operation["responses"].items()}
    record = {
        "operationId": operation["operationId"],
        "tags": operation["tags"],
        "parameters": {
            f"{p['in']} {p['name']}": {
                "required": p.get("required", False),
                **{key: p[key] for key in ("style", "explode") if key in p},
                **schema(p["schema"]),
            }
            for p in parameters
        },
        "responses": {
            status: {
                "content": {
                    kind: schema(body["schema"]) for kind, body in response.get("content", {}).items()
                },
                "headers": {
                    name: schema(resolve(spec, header)["schema"])
                    for name, header in response.get("headers", {}).items()
                },
            }
            for status, response in responses.items()
        },
    }
    if body := operation.get("requestBody"):
        body = resolve(spec, body)
        record["body"] = {kind: schema(part["schema"]) for kind, part in body["content"].items()}
        record["body required"] = body.get("required", False)
    return record


def operation_of_facts(operation: Spec) -> Spec:
    headers = operation.get("responseHeaders", {})
    record = {
        "operationId": operation["operationId"] or operation["generatedName"],
        "tags": [operation["tag"]],
        "parameters": {
            f"{p['in']} {p['name']}": schema(
                {key: value for key, value in p.items() if key not in ("in", "name")}
            )
            for p in operation["parameters"]
        },
        "responses": {
            status: {
                "content": {kind: schema(body) for kind, body in content.items()},
                "headers": {name: schema(header) for name, header in headers.get(status, {}).items()},
            }
            for status, content in operation["responses"].items()
        },
    }
    if "requestBody" in operation:
        record["body"] = {kind: schema(body) for kind, body in operation["requestBody"].items()}
        record["body required"] = operation["requestBodyRequired"]
    return record


def contract_of_spec(spec: Spec) -> Spec:
    (scheme,) = spec["components"]["securitySchemes"].values()
    (name,) = spec["components"]["securitySchemes"]
    return {
        "credential": {key: scheme[key] for key in ("type", "in", "name")},
        "credential optional": {} in spec["security"],
        "credential used": {name: []} in spec["security"],
        "operations": {
            f"{method.upper()} {path}": operation_of_spec(spec, item, method)
            for path, item in spec["paths"].items()
            for method in item.keys() & METHODS
        },
        "schemas": {name: schema(part) for name, part in spec["components"]["schemas"].items()},
    }


def contract_of_facts(service: Spec) -> Spec:
    security = service["security"]
    return {
        "credential": {"type": "apiKey", "in": security["in"], "name": security["name"]},
        "credential optional": security.get("optional", False),
        "credential used": True,
        "operations": {
            f"{method.upper()} {path}": operation_of_facts(operation)
            for path, item in service["paths"].items()
            for method, operation in item.items()
        },
        "schemas": {name: schema(part) for name, part in service["schemas"].items()},
    }


def flat(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from flat(value, f"{place} {key}".strip())
    else:
        yield place, node


def differences(service: str, spec: Spec) -> list[str]:
    ours, theirs = dict(flat(contract_of_spec(spec))), dict(flat(contract_of_facts(facts(service))))
    return [
        f"{place}: the spec says {ours.get(place, ABSENT)!r}, the facts say {theirs.get(place, ABSENT)!r}"
        for place in sorted(ours.keys() | theirs.keys())
        if ours.get(place, ABSENT) != theirs.get(place, ABSENT)
    ]


@pytest.mark.parametrize("service", SPEC_OF)
def test_spec_says_what_the_facts_say(service: str) -> None:
    assert differences(service, loaded(service)) == []


@pytest.mark.parametrize("service", SPEC_OF)
def test_every_operation_is_compared(service: str) -> None:
    assert len(contract_of_spec(loaded(service))["operations"]) == OPERATIONS[service]


@pytest.mark.parametrize("service", SPEC_OF)
def test_base_address_is_the_services_own(service: str) -> None:
    (server,) = loaded(service)["servers"]
    default = facts(service).get("defaultDomain") or f"localhost:{facts(service)['defaultPort']}"
    assert server["url"] == f"http://{default}{facts(service)['basePath']}"


@pytest.mark.parametrize("service", SPEC_OF)
def test_spec_is_valid_openapi(service: str) -> None:
    validate(loaded(service))


@pytest.mark.parametrize("service", SPEC_OF)
def test_everything_a_reader_meets_is_described(service: str) -> None:
    spec = loaded(service)
    assert [place for place, text in described(spec) if not text] == []


def described(spec: Spec) -> Iterator[tuple[str, str | None]]:
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            place = f"{method.upper()} {path}"
            yield place, operation.get("summary")
            for parameter in operation.get("parameters", []):
                yield f"{place} {parameter}", resolve(spec, parameter).get("description")
            for status, response in operation["responses"].items():
                yield f"{place} {status}", resolve(spec, response).get("description")
    for name, part in spec["components"]["schemas"].items():
        yield name, part.get("description")
        for member, value in part.get("properties", {}).items():
            yield f"{name} {member}", value.get("description")
            for inner, inner_value in value.get("properties", {}).items():
                yield f"{name} {member} {inner}", inner_value.get("description")


def at(*keys: str) -> Callable[[Spec], Any]:
    def reach(spec: Spec) -> Any:
        node: Any = spec
        for key in keys:
            node = node[key]
        return node

    return reach


def setting(*keys: str, to: Any) -> Callable[[Spec], None]:
    return lambda spec: at(*keys[:-1])(spec).__setitem__(keys[-1], to)


def dropping(*keys: str) -> Callable[[Spec], None]:
    return lambda spec: at(*keys[:-1])(spec).__delitem__(keys[-1])


SCHEMAS = ("components", "schemas")
LIST = ("paths", "/sandboxes", "get")
CREATE = ("paths", "/sandboxes", "post")
MUTATIONS: dict[str, tuple[str, Callable[[Spec], None], str]] = {
    "a path is missing": ("lifecycle", dropping("paths", "/snapshots"), "GET /snapshots"),
    "a path is too many": (
        "execd",
        setting("paths", "/pong", to=loaded("execd")["paths"]["/ping"]),
        "GET /pong",
    ),
    "a method is missing": ("execd", dropping("paths", "/code", "delete"), "DELETE /code"),
    "an operation has another name": (
        "execd",
        setting("paths", "/ping", "get", "operationId", to="pong"),
        "operationId",
    ),
    "an operation has another tag": (
        "execd",
        setting("paths", "/ping", "get", "tags", to=["Command"]),
        "tags",
    ),
    "a parameter is missing": ("lifecycle", lambda s: at(*LIST, "parameters")(s).pop(), "query pageSize"),
    "a parameter has another name": (
        "lifecycle",
        setting("components", "parameters", "Page", "name", to="p"),
        "query p ",
    ),
    "a parameter is elsewhere": (
        "execd",
        setting("components", "parameters", "ByteRange", "in", to="query"),
        "query Range",
    ),
    "a parameter became required": (
        "execd",
        setting("components", "parameters", "ByteRange", "required", to=True),
        "header Range required",
    ),
    "a parameter has another type": (
        "lifecycle",
        setting("components", "parameters", "Page", "schema", "type", to="string"),
        "query page type",
    ),
    "a list parameter has other items": (
        "execd",
        setting("components", "parameters", "Paths", "schema", "items", "type", to="integer"),
        "query path items type",
    ),
    "a parameter has another default": (
        "lifecycle",
        setting("components", "parameters", "PageSize", "schema", "default", to=50),
        "query pageSize default",
    ),
    "a parameter has another bound": (
        "execd",
        setting("components", "parameters", "Uid", "schema", "maximum", to=4294967295),
        "path uid maximum",
    ),
    "a parameter has another pattern": (
        "lifecycle",
        lambda s: at("paths", "/sandboxes/{sandboxId}/endpoints/{port}", "get", "parameters")(s)[-1][
            "schema"
        ].update(pattern="^[0-9]+$"),
        "query expires pattern",
    ),
    "a body became optional": (
        "lifecycle",
        setting(*CREATE, "requestBody", "required", to=False),
        "body required",
    ),
    "a body has another type": (
        "execd",
        lambda s: at("paths", "/files/upload", "post", "requestBody", "content")(s).update(
            {"application/json": {"schema": {"type": "object"}}}
        ),
        "POST /files/upload body application/json",
    ),
    "a status is missing": ("lifecycle", dropping(*CREATE, "responses", "429"), "responses 429"),
    "a status is too many": (
        "execd",
        setting("paths", "/ping", "get", "responses", "503", to={"description": "Not yet."}),
        "GET /ping responses 503",
    ),
    "an answer has another schema": (
        "lifecycle",
        setting(
            "components",
            "responses",
            "Sandbox",
            "content",
            "application/json",
            "schema",
            "$ref",
            to="#/other",
        ),
        "responses 200 content application/json $ref",
    ),
    "an answer lost a content type": (
        "execd",
        dropping("components", "responses", "FileContent", "content", "text/plain"),
        "responses 200 content text/plain",
    ),
    "an answer lost a header": (
        "lifecycle",
        dropping("components", "responses", "Conflict", "headers"),
        "X-Request-ID",
    ),
    "a schema is missing": ("egress", dropping(*SCHEMAS, "CredentialMetadata"), "schemas CredentialMetadata"),
    "a schema is too many": ("egress", setting(*SCHEMAS, "Extra", to={"type": "object"}), "schemas Extra"),
    "a property is missing": (
        "execd",
        dropping(*SCHEMAS, "FileInfo", "properties", "mode"),
        "properties mode",
    ),
    "a property became optional": (
        "execd",
        setting(*SCHEMAS, "FileInfo", "required", to=["path"]),
        "FileInfo required",
    ),
    "an enum lost a word": (
        "execd",
        lambda s: at(*SCHEMAS, "ServerStreamEvent", "properties", "type", "enum")(s).pop(),
        "ServerStreamEvent properties type enum",
    ),
    "a constant is another": (
        "egress",
        setting(*SCHEMAS, "ApiKeyCredentialAuth", "properties", "type", "const", to="apikey"),
        "ApiKeyCredentialAuth properties type enum",
    ),
    "a default is missing": (
        "lifecycle",
        dropping(*SCHEMAS, "PVC", "properties", "createIfNotExists", "default"),
        "default",
    ),
    "a value is no longer nullable": (
        "lifecycle",
        setting(*SCHEMAS, "CreateSandboxRequest", "properties", "timeout", "type", to="integer"),
        "timeout nullable",
    ),
    "a closed schema is open": (
        "lifecycle",
        dropping(*SCHEMAS, "Volume", "additionalProperties"),
        "additionalProperties",
    ),
    "a map has other values": (
        "lifecycle",
        setting(*SCHEMAS, "ResourceLimits", "additionalProperties", to={"type": "integer"}),
        "ResourceLimits additionalProperties type",
    ),
    "a bound is missing": (
        "lifecycle",
        dropping(*SCHEMAS, "LifecycleHook", "properties", "command", "minItems"),
        "minItems",
    ),
    "a choice is missing": (
        "egress",
        lambda s: at(*SCHEMAS, "CredentialAuth", "oneOf")(s).pop(),
        "CredentialAuth oneOf",
    ),
    "the credential travels elsewhere": (
        "egress",
        setting("components", "securitySchemes", "EgressToken", "name", to="Authorization"),
        "credential name",
    ),
    "the credential became mandatory": ("execd", lambda s: s["security"].pop(), "credential optional"),
}


@pytest.mark.parametrize(("service", "mutate", "place"), MUTATIONS.values(), ids=MUTATIONS)
def test_difference_is_noticed(service: str, mutate: Callable[[Spec], None], place: str) -> None:
    spec = copy.deepcopy(loaded(service))
    mutate(spec)
    assert any(place in difference for difference in differences(service, spec)), differences(service, spec)
