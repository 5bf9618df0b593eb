"""Nothing on the wire is overlooked: every operation has its call, every member of an answer is read, or a table says why not."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest
from opensandbox_api.execd.models import ServerStreamEvent, ServerStreamEventType
from pydantic import BaseModel

import opensandbox.models
from opensandbox._core.run.events import read_event
from tests.support.contract import seam

FILES = "the same calls as without a prefix, which is put before the path (`FilesService`)"
FORMS = "the form is sent piece by piece (`_async/files/uploads.py`)"
NOT_CALLED = {
    **{
        f"execd.api.filesystem.identity_{name}": FILES
        for name in (
            "chmod_files", "download_file", "get_files_info", "list_directory", "make_dirs", "remove_dirs",
            "remove_files", "rename_files", "replace_content", "search_files", "upload_file",
        )
    },
    **{
        f"execd.api.isolated_execution.isolated_{name}": FILES
        for name in (
            "chmod_files", "download_file", "get_files_info", "list_directory", "make_dirs", "remove_dirs",
            "remove_files", "rename_files", "replace_content", "search_files", "upload_file",
        )
    },
    "execd.api.filesystem.upload_file": FORMS,
    "lifecycle.api.metrics.report_metrics_event": "the package reports nothing about its users",
    "lifecycle.api.sandboxes.replace_sandbox_network_policy": "rules are changed one by one, so that nobody loses another's",
}  # fmt: skip

POLICY = "`NetworkPolicy` says what is allowed; how the sidecar enforces that is not part of it"
CREATED = "`SandboxCreateResponse` has no place for it; `get_info` returns it"
REVISION = "a list of records is returned; `credential_vault.get` returns them with their revision"
NOT_READ = {
    "PolicyStatusResponse.status": POLICY,
    "PolicyStatusResponse.mode": POLICY,
    "PolicyStatusResponse.enforcement_mode": POLICY,
    "PolicyStatusResponse.reason": POLICY,
    "CreateSandboxResponse.created_at": CREATED,
    "CreateSandboxResponse.entrypoint": CREATED,
    "CreateSandboxResponse.expires_at": CREATED,
    "CreateSandboxResponseMetadata.additional_properties": CREATED,
    "CredentialListResponse.revision": REVISION,
    "CredentialBindingListResponse.revision": REVISION,
}

BY_NAME = "written member by member in `_core/convert`, so mypy sees a new name"
AUTH = "`CredentialAuth` is one model for all kinds"
PUT_TOGETHER = {
    **dict.fromkeys(
        (
            "CodeContextRequest", "CreateSandboxRequest", "CreateSessionRequest", "ImageSpec", "ImageSpecAuth", "Permission",
            "RenameFileItem", "RenewSandboxExpirationRequest", "ReplaceFileContentItem", "RunCodeRequest",
            "RunCommandRequest", "RunInSessionRequest",
        ),
        BY_NAME,
    ),
    **dict.fromkeys(
        (
            "ApiKeyCredentialAuth", "BasicCredentialAuth", "BearerCredentialAuth", "CustomHeadersCredentialAuth",
            "PassthroughCredentialAuth",
        ),
        AUTH,
    ),
    "CredentialVaultCreateRequest": "two lists of models, each of which is compared",
    "CredentialVaultMutationRequest": "two sets of models, each of which is compared, and the revision",
    "IsolatedRunRequest": "`IsolatedRunOpts`, and the code; compared below",
    "MetricsEvent": "the package reports nothing about its users",
}  # fmt: skip
"""Records of requests that are no public model, and what fills them."""
SENT_BEYOND = {"CodeContext": {"cwd"}}
"""Members that servers take, though the contract does not name them."""

CALLED = {"CreateFsbTemplateRequest": "CreateTemplateRequest", "FsbTemplateReadiness": "TemplateReadiness"}
"""Records of requests whose public model has another name."""

NEEDED = {"CodeContext": {"id"}, "IsolatedCreateSessionResponse": {"session_id"}, "SessionState": {"status"}}
"""Members that the contract lets a server leave out, and without which there is nothing to hand to a caller."""

ANSWERS = {kind for operation in seam.operations() for kind in operation.answers}
CASES = [
    pytest.param(
        function, name, kind, id=f"{function.__name__}-{kind.__module__.split('.')[1]}.{kind.__name__}"
    )
    for function, name, kinds in seam.conversions()
    for kind in kinds
    if kind in ANSWERS
]
every_conversion = pytest.mark.parametrize(("function", "name", "kind"), CASES)


def test_every_operation_is_called_by_a_method_or_the_table_says_why_not() -> None:
    called = seam.called()
    assert {operation.name for operation in seam.operations() if operation.module not in called} == set(
        NOT_CALLED
    )


def test_no_conversion_takes_or_returns_anything_at_all() -> None:
    untyped = {
        f"{function.__module__}.{function.__name__}"
        for function in seam.functions()
        if "Any" in str(inspect.signature(function))
    }
    # These take members of models by name, and JSON.
    assert untyped == {
        f"opensandbox._core.convert.values.{name}"
        for name in ("made", "answer_of", "wire", "_known", "_model_in")
    }


def test_every_model_that_is_sent_has_the_members_of_the_contract() -> None:
    models = public_models()
    for kind in seam.sent():
        place = f"{kind.__module__.split('.')[1]}.{kind.__name__}"
        model = models.get(CALLED.get(kind.__name__, kind.__name__))
        if model is None:
            assert kind.__name__ in PUT_TOGETHER, f"no public model is called {place}; who fills it?"
        else:
            assert on_the_wire(model) - SENT_BEYOND.get(kind.__name__, set()) == members(kind), place


def test_models_that_stand_for_several_records_have_the_members_of_all() -> None:
    kinds = {kind.__name__: kind for kind in seam.sent()}
    auth = {
        member for name, reason in PUT_TOGETHER.items() if reason == AUTH for member in members(kinds[name])
    }
    assert on_the_wire(public_models()["CredentialAuth"]) == auth
    assert on_the_wire(public_models()["IsolatedRunOpts"]) | {"background", "code"} == members(
        kinds["IsolatedRunRequest"]
    )


def on_the_wire(model: type[BaseModel]) -> set[str]:
    """Return the names under which a model's fields are sent."""
    return {field.alias or name for name, field in model.model_fields.items()}


def members(kind: type) -> set[str]:
    """Return the names that the contract has for a record's members."""
    return set(seam.sample(kind).to_dict())


def test_every_line_about_requests_is_about_one() -> None:
    names = {kind.__name__ for kind in seam.sent()}
    assert PUT_TOGETHER.keys() - names == set()
    assert PUT_TOGETHER.keys() & public_models().keys() == set()


def public_models() -> dict[str, type[BaseModel]]:
    """Return the models that callers pass, by name."""
    return {
        name: value
        for module in pkgutil.iter_modules(opensandbox.models.__path__, "opensandbox.models.")
        for name, value in vars(import_module(module.name)).items()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }


def test_every_answer_has_a_conversion() -> None:
    converted = {kind for _, _, kinds in seam.conversions() for kind in kinds}
    missing = [
        f"{operation.name} answers with a {kind.__name__}, which no function of _core/convert takes"
        for operation in seam.operations()
        for kind in operation.answers
        if kind not in converted
    ]
    assert missing == []


def unread() -> dict[str, set[str]]:
    """Return the members that no conversion reads, each with the conversions that get it and pass it over."""
    read: set[tuple[str, str]] = set()
    passed_over: dict[tuple[str, str], set[str]] = {}
    for function, name, kinds in seam.conversions():
        for kind in set(kinds) & ANSWERS:
            api = kind.__module__.split(".")[1]
            record = seam.sample(kind)
            converted = seam.convert_with(function, name, record)
            for where, other in seam.changed(record):
                if seam.convert_with(function, name, other) == converted:
                    place = f"{function.__module__.removeprefix('opensandbox.')}.{function.__name__}"
                    passed_over.setdefault((api, where), set()).add(place)
                else:
                    read.add((api, where))
    return {where: places for (api, where), places in passed_over.items() if (api, where) not in read}


def test_every_member_of_an_answer_is_read_or_the_table_says_why_not() -> None:
    found = unread()
    missing = {
        where: f"not read by {', '.join(sorted(places))}"
        for where, places in found.items()
        if where not in NOT_READ
    }
    assert missing == {}
    assert NOT_READ.keys() - found.keys() == set(), "these are read by now: take them out of the table"


def test_every_member_of_an_event_is_read() -> None:
    def events(record: ServerStreamEvent) -> list[object]:
        found = []
        for kind in ServerStreamEventType:
            record.type_ = kind
            found.append(read_event(record.to_dict(), all_formats=True))
        return found

    event = seam.sample(ServerStreamEvent)
    expected = events(event)
    members = [(where, other) for where, other in seam.changed(event) if where != "ServerStreamEvent.type_"]
    assert [where for where, other in members if events(other) == expected] == []


def models_in(value: object) -> list[BaseModel]:
    """Return the models that a conversion returned, and those inside of them."""
    if isinstance(value, list):
        return [model for item in value for model in models_in(item)]
    if isinstance(value, dict):
        return [model for item in value.values() for model in models_in(item)]
    if not isinstance(value, BaseModel):
        return []
    return [value, *(model for name in type(value).model_fields for model in models_in(getattr(value, name)))]


@every_conversion
@pytest.mark.parametrize("full", [True, False], ids=["everything", "what has to be there"])
def test_an_answer_that_is_built_past_pydantic_is_what_pydantic_builds(
    function: Callable[..., object], name: str, kind: type, full: bool
) -> None:
    record = seam.sample(kind) if full else seam.bare(kind, NEEDED.get(kind.__name__, ()))
    for model in models_in(seam.convert_with(function, name, record)):
        members = {field: getattr(model, field) for field in type(model).model_fields}
        through = type(model).model_validate(members)
        assert vars(model) == vars(through)
        assert {field: type(value) for field, value in members.items()} == {
            field: type(getattr(through, field)) for field in members
        }
        assert model.model_dump_json(by_alias=True) == through.model_dump_json(by_alias=True)
        assert repr(model) == repr(through)
        assert model.__pydantic_extra__ == through.__pydantic_extra__
        assert (model.__pydantic_private__ is None) == (through.__pydantic_private__ is None)
        assert model.model_copy(deep=True) == model


@pytest.mark.parametrize(
    ("function", "name", "kind"),
    [case for case in CASES if case.values[2].__name__ in NEEDED and case.values[0].__name__ != "attached"],
)
def test_an_answer_without_what_a_caller_needs_is_a_value_error(
    function: Callable[..., object], name: str, kind: type
) -> None:
    with pytest.raises(ValueError, match=next(iter(NEEDED[kind.__name__]))):
        seam.convert_with(function, name, seam.bare(kind))
