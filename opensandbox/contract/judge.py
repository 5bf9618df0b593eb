"""What is wrong with a request or an answer, by the specs. Nothing wrong is an empty list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from opensandbox.contract.specs import CONTROL_PLANE, Content, Operation, Parameter, problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON = "application/json"
EVENTS = "text/event-stream"
OUTPUT_HEADER = "execd-output"
"""An extension: with the value `lines`, output comes by line, and a last line without an end has `"line_end":""`."""

# Who stands between client and operation may answer instead: access, size and form of the request, a sandbox that is gone.
ANY_OPERATION = {401, 403, 404, 405, 409, 410, 411, 413, 415, 429, 502, 503, 504}
UNDECLARED = {
    # The vault is writable where the sandbox was made for it, and over TLS.
    ("post_credential_vault", 426),
    ("patch_credential_vault", 426),
    ("delete_credential_vault", 412),
    ("delete_credential_vault", 426),
    # A page of templates is as impossible as any other.
    ("listTemplates", 400),
    # Something is in the way of a file.
    ("isolatedMakeDirs", 500),
    ("isolatedChmodFiles", 500),
    ("isolatedUploadFile", 500),
}

# What is wrong in a body by type, range or pattern: 422 in the words of the framework, where the contract knows 400 alone.
VALIDATION = 422

# Members that may be null, as the specs say in words.
NULL = ("policy.egress: null is not", "error.traceback: null is not")


def request_problems(
    operation: Operation, path: str, query: str, headers: Mapping[str, str], body: bytes | None
) -> list[str]:
    """Check a request; `body` is `None` where it is not at hand (an upload that is read on its way)."""
    return [
        *_path_problems(operation, path),
        *_query_problems(operation, query),
        *_header_problems(operation, headers),
        *_body_problems(operation, headers, body),
    ]


def _path_problems(operation: Operation, path: str) -> Iterator[str]:
    found = operation.pattern.fullmatch(path)
    assert found is not None, "the operation was found by its path"
    for parameter in operation.parameters:
        if parameter.where == "path":
            yield from _value_problems(parameter, [unquote(found[parameter.name])])


def _query_problems(operation: Operation, query: str) -> Iterator[str]:
    given = parse_qs(query, keep_blank_values=True)
    for parameter in operation.parameters:
        if parameter.where == "query":
            values = given.pop(parameter.name, None)
            if values is not None:
                yield from _value_problems(parameter, values)
            elif parameter.required:
                yield f"the query lacks {parameter.name}"
    yield from (f"the query has {name}, which is not declared" for name in given)


def _header_problems(operation: Operation, headers: Mapping[str, str]) -> Iterator[str]:
    for parameter in operation.parameters:
        if parameter.where == "header":
            value = headers.get(parameter.name)
            if value is not None:
                yield from _value_problems(parameter, [value])
            elif parameter.required:
                yield f"the header {parameter.name} is missing"


def _body_problems(operation: Operation, headers: Mapping[str, str], body: bytes | None) -> Iterator[str]:
    declared = operation.request
    if not body and body is not None:
        if declared is not None and declared.required:
            yield "the body is missing"
        return
    if declared is None:
        yield "there is a body, and none is declared"
        return
    kind = _kind(headers)
    if kind not in declared.schemas:
        yield f"the body is {kind or 'of no type'}, not {' or '.join(declared.schemas)}"
    elif kind == JSON and body is not None:
        yield from _json_problems("body", declared, body)


def _value_problems(parameter: Parameter, values: list[str]) -> Iterator[str]:
    value: Any = values if parameter.kind == "array" else values[0]
    if len(values) > 1 and parameter.kind != "array":
        yield f"{parameter.name} is given {len(values)} times"
    try:
        if parameter.kind == "integer":
            value = int(values[0])
        elif parameter.kind == "boolean":
            value = {"true": True, "false": False}[values[0]]
    except (KeyError, ValueError):
        yield f"{parameter.name} is no {parameter.kind}: {values[0]!r}"
        return
    for problem in problems(parameter.schema, value):
        yield f"{parameter.name}: {problem}"


def response_problems(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes | None
) -> list[str]:
    """Check an answer; `body` is `None` where it did not come to its end or was not kept."""
    # Daemons and sidecars give no number of their own.
    unnumbered = operation.api in CONTROL_PLANE and not headers.get("x-request-id")
    return [
        *(["the answer has no X-Request-ID"] if unnumbered else []),
        *_answer_problems(operation, status, headers, body),
    ]


def _answer_problems(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes | None
) -> Iterator[str]:
    declared = operation.responses.get(status)
    kind = _kind(headers)
    if declared is None or (status >= 400 and kind not in declared.schemas):
        # Declared or not, an error may come from somebody before the operation.
        if not _may_be_anybodys(operation, status):
            yield f"status {status} is not declared" if declared is None else f"{status} as {kind!r}"
        elif body is not None:
            yield from _error_problems(operation, status, kind, body)
    elif not declared.schemas:
        if body:
            yield f"status {status} has no body in the spec, and came with {body[:200]!r}"
    elif body == b"" and not kind and operation.name.lower().endswith("replacecontent"):
        pass  # counts that were not asked for; the spec says so in words
    elif kind not in declared.schemas:
        yield f"the answer is {kind or 'of no type'}, not {' or '.join(declared.schemas)}"
    elif body is not None and kind == JSON:
        yield from _json_problems("answer", declared, body)
    elif body is not None and kind == EVENTS:
        schema = declared.schemas[EVENTS]
        assert schema is not None
        by_line = headers.get(OUTPUT_HEADER, "").strip() == "lines"
        for line in filter(None, map(bytes.strip, body.split(b"\n"))):
            yield from _event_problems(schema, line, by_line=by_line)


def _may_be_anybodys(operation: Operation, status: int) -> bool:
    return (
        status in ANY_OPERATION
        or (operation.name, status) in UNDECLARED
        or (status == VALIDATION and operation.api in CONTROL_PLANE)
    )


def _event_problems(schema: dict[str, Any], line: bytes, *, by_line: bool) -> Iterator[str]:
    try:
        event = json.loads(line)
    except ValueError:
        yield f"event {line[:200]!r} is no JSON"
        return
    for problem in _but_nulls(problems(schema, event)):
        yield f"event {line[:200]!r}: {problem}"
    if isinstance(event, dict) and "line_end" in event:
        output = event.get("type") in ("stdout", "stderr")
        if not (by_line and output and event["line_end"] == ""):
            yield f'event {line[:200]!r}: line_end is "" in output, where the header EXECD-OUTPUT says lines, and else absent'


def _error_problems(operation: Operation, status: int, kind: str, body: bytes) -> Iterator[str]:
    """An error says what is wrong: `code` and `message`, a daemon's bare `error`, or a sidecar's line of text."""
    if kind == "text/plain" and (operation.api == "egress" or "NetworkPolicy" in operation.name):
        return  # the lifecycle API hands on what the sidecar says
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not (
        set(answer) == {"error"}
        or {"code", "message"} <= set(answer)
        or (set(answer) == {"detail"} and status == VALIDATION)
    ):
        yield f"the error is in no envelope: {body[:200]!r}"


def _json_problems(what: str, declared: Content, body: bytes) -> Iterator[str]:
    schema = declared.schemas[JSON]
    try:
        value = json.loads(body)
    except ValueError:
        yield f"the {what} is no JSON: {body[:200]!r}"
        return
    if schema is not None:
        yield from (f"{what}: {problem}" for problem in _but_nulls(problems(schema, value)))


def _but_nulls(found: list[str]) -> list[str]:
    return [problem for problem in found if not problem.startswith(NULL)]


def _kind(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
