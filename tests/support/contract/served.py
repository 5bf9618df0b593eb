"""What a server may be held to: the specs, and what the protocol is known to answer and to take beyond them.

The specs in openapi/ are the contract with clients and stay as narrow as it is. Servers are allowed a little more: statuses
that the contract forgot to declare, a null where a member may be left out. All of it is named here, with its reason, so that
whatever else a server does beyond the contract is a failure.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

OPENAPI = Path(__file__).parents[3] / "openapi"
METHODS = {"get", "post", "put", "patch", "delete"}
Spec = dict[str, Any]

# operationId: statuses that are answered although the contract does not declare them, and the declared answer they look like.
UNDECLARED: dict[str, dict[str, dict[str, str]]] = {
    "lifecycle": {
        # Pages are checked as in every other list.
        "listTemplates": {"400": "BadRequest"},
        # The snapshot or template to start from is not there.
        "post_sandboxes": {"404": "NotFound"},
    },
    "diagnostics": {},
    "egress": {},
    "execd": {
        # An empty path cannot be meant.
        "removeDirs": {"400": "BadRequest"},
        "removeFiles": {"400": "BadRequest"},
        "getFilesInfo": {"400": "BadRequest"},
        # The file is not there.
        "replaceContent": {"404": "NotFound"},
        # bubblewrap may fail for reasons of its own.
        "createIsolatedSession": {"500": "InternalError"},
    },
}
PREFIXES = ("", "identity", "isolated")
FILE_OPERATIONS = (
    "makeDirs",
    "removeDirs",
    "listDirectory",
    "removeFiles",
    "downloadFile",
    "getFilesInfo",
    "renameFiles",
    "chmodFiles",
    "replaceContent",
    "searchFiles",
    "uploadFile",
)


def operations(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    """Iterate over path, method and declaration of every operation."""
    for path, item in spec["paths"].items():
        for method in item.keys() & METHODS:
            yield path, method, item[method]


def operation_id(prefix: str, name: str) -> str:
    """Return what a file operation is called below a prefix."""
    return prefix + name[0].upper() + name[1:] if prefix else name


def load(api: str) -> Spec:
    """Read a spec as it is."""
    spec: Spec = yaml.safe_load((OPENAPI / f"{api}.yaml").read_text(encoding="utf-8"))
    return spec


def served(api: str) -> Spec:
    """Return the spec of an API with all that a server may do beyond it."""
    spec = load(api)
    by_id = {operation["operationId"]: operation for _, _, operation in operations(spec)}
    for name, statuses in UNDECLARED[api].items():
        _declare(by_id[name], statuses)
    for operation in by_id.values():
        if "requestBody" in operation:
            for media in operation["requestBody"]["content"].values():
                media["schema"] = _with_nulls(spec, media["schema"])
    {"lifecycle": _lifecycle, "diagnostics": _diagnostics, "egress": _egress, "execd": _execd}[api](
        spec, by_id
    )
    return spec


def _declare(operation: Spec, statuses: dict[str, str]) -> None:
    for status, answer in statuses.items():
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{answer}"})


def _with_nulls(spec: Spec, schema: Spec) -> Spec:
    """Return a request schema in which null stands for a member that was left out, as all known servers read it."""
    while "$ref" in schema:
        schema = _at(spec, schema["$ref"])
    result = copy.deepcopy(schema)
    for name, member in result.get("properties", {}).items():
        member = _with_nulls(spec, member)
        if name not in result.get("required", []):
            member = {"anyOf": [member, {"type": "null"}]}
        result["properties"][name] = member
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = _with_nulls(spec, result[key])
    for key in ("oneOf", "anyOf", "allOf"):
        if key in result:
            result[key] = [_with_nulls(spec, part) for part in result[key]]
    result.pop("discriminator", None)
    return result


def _at(spec: Spec, reference: str) -> Spec:
    node = spec
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def _diagnostics(spec: Spec, by_id: dict[str, Spec]) -> None:
    # Without a scope, the plain text of older clients.
    spec["components"]["parameters"]["Scope"]["required"] = False
    content = spec["components"]["responses"]["DiagnosticContentResponse"]["content"]
    content["text/plain"] = {"schema": {"type": "string"}}


def _lifecycle(spec: Spec, by_id: dict[str, Spec]) -> None:
    # A variable without a value is left out.
    create = by_id["post_sandboxes"]["requestBody"]["content"]["application/json"]["schema"]
    create["properties"]["env"]["anyOf"][0]["additionalProperties"]["type"] = ["string", "null"]
    # Null where no list of rules was ever set.
    spec["components"]["schemas"]["NetworkPolicy"]["properties"]["egress"]["type"] = ["array", "null"]
    # The contract types it as a URI, servers send a path.
    location = by_id["post_sandboxes_sandbox_id_snapshots"]["responses"]["202"]["headers"]["Location"]
    location["schema"]["format"] = "uri-reference"
    # Refusals of the egress API, which these are handed on to, come back as they are: plain text.
    refusal = copy.deepcopy(spec["components"]["responses"]["BadRequest"])
    refusal["content"]["text/plain"] = {"schema": {"type": "string"}}
    spec["components"]["responses"]["PolicyRefusal"] = refusal
    for name in (
        "replaceSandboxNetworkPolicy",
        "patchSandboxNetworkPolicy",
        "deleteSandboxNetworkPolicyRules",
    ):
        by_id[name]["responses"]["400"] = {"$ref": "#/components/responses/PolicyRefusal"}


def _egress(spec: Spec, by_id: dict[str, Spec]) -> None:
    # Null where no list of rules was ever set.
    spec["components"]["schemas"]["NetworkPolicy"]["properties"]["egress"]["type"] = ["array", "null"]
    # Unknown members are refused in the vault only. An action without a word means deny, in any letter case; a rule has a target,
    # ports, or both.
    rule = by_id["patch_policy"]["requestBody"]["content"]["application/json"]["schema"]["items"]
    del rule["additionalProperties"]
    del rule["required"]
    # The vault cannot be had where the sandbox was made without it.
    _declare(by_id["delete_credential_vault"], {"412": "PreconditionFailed"})


def _execd(spec: Spec, by_id: dict[str, Spec]) -> None:
    # Without a language, the contexts of all of them.
    spec["paths"]["/code/contexts"]["get"]["parameters"] = [
        {**spec["components"]["parameters"]["Language"], "required": False}
    ]
    for name in FILE_OPERATIONS:
        ordinary = {
            status: answer["$ref"].rpartition("/")[2] for status, answer in by_id[name]["responses"].items()
        }
        failures = {status: answer for status, answer in ordinary.items() if status >= "400"}
        # Both prefixes fail as the routes without prefix do; the identity or the session can be wrong besides.
        _declare(by_id[operation_id("identity", name)], {**failures, "400": "BadRequest"})
        _declare(
            by_id[operation_id("isolated", name)],
            {**failures, "400": "BadRequest", "404": "NotFound", "500": "InternalError"},
        )
    # What cannot be read as a range, and what lies outside of the file, in the words of the library that servers use.
    refusal = spec["components"]["responses"]["RangeNotSatisfiable"]["content"]
    refusal["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    refusal["text/plain"] = {"schema": {"type": "string"}}
    # What is no number counts as 0.
    cursor = spec["components"]["parameters"]["Cursor"]
    logs = by_id["getBackgroundCommandLogs"]
    logs["parameters"] = [logs["parameters"][0], {**cursor, "schema": {"type": "string"}}]
    # An identifier is enough to name a context.
    run = by_id["runCode"]["requestBody"]["content"]["application/json"]["schema"]
    context = run["properties"]["context"]["anyOf"][0]
    context |= {"required": []}
    context["properties"]["language"]["type"] = ["string", "null"]
    # Only `true` asks for counts; whatever else is sent does not, and the answer is empty then, without a content type.
    for prefix in PREFIXES:
        replace = by_id[operation_id(prefix, "replaceContent")]
        replace["responses"]["200"] = {"$ref": "#/components/responses/Done"}
        for index, parameter in enumerate(replace["parameters"]):
            parameter = _at(spec, parameter["$ref"]) if "$ref" in parameter else parameter
            if parameter["name"] == "verbose":
                replace["parameters"][index] = {**parameter, "schema": {"type": "string"}}
    for _, _, operation in operations(spec):
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            if media == "multipart/form-data":
                # Both parts need a file name, which a schema can only say by calling them files.
                part = {"type": "string", "format": "binary"}
                body["schema"] = {
                    "type": "object",
                    "required": ["metadata", "file"],
                    "properties": {"metadata": part, "file": part},
                }
            elif (
                isinstance(entry := body["schema"].get("additionalProperties"), dict)
                and "mode" in entry["properties"]
            ):
                # Required, with a default all the same: servers read an absent mode as that.
                entry["required"] = []
                entry["properties"]["mode"] = {"type": ["integer", "null"]}
