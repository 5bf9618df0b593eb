"""Code: requests out, contexts in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox_api.execd.models.code_context import CodeContext as WireContext
from opensandbox_api.execd.models.code_context_request import CodeContextRequest
from opensandbox_api.execd.models.run_code_request import RunCodeRequest

from opensandbox._core import arguments
from opensandbox._core.arguments import text_or_none
from opensandbox._core.convert.values import given, model_of
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.code import CodeContext

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LANGUAGE: Final = "python"
"""What code is in when nothing is said. The server would take it for a shell command."""


def language(value: object) -> str:
    """Check the name of a language."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentException(f'language must be a name such as "python" or "bash", not {value!r}')
    return value


def run_request(code: object, context: object, wanted: str | None) -> RunCodeRequest:
    """Return the body of a run, in a context or in the default one of a language."""
    if not isinstance(code, str):
        raise InvalidArgumentException(f"code must be a string, not {type(code).__name__}")
    if not code.strip():
        raise InvalidArgumentException(f"code must not be blank, but is {code!r}")
    if context is None:
        return RunCodeRequest(
            code=code, context=WireContext(language(DEFAULT_LANGUAGE if wanted is None else wanted))
        )
    if isinstance(context, str):
        raise InvalidArgumentException(
            f"context must be a CodeContext, not the id {context!r}; code.contexts.get({context!r}) finds it"
        )
    found = model_of(CodeContext, "context", context)
    arguments.identifier("context.id", found.id)
    if wanted is not None and wanted != found.language:
        raise InvalidArgumentException(
            f"language is {wanted!r}, and context {found.id} is for {found.language}; pass one of the two"
        )
    return RunCodeRequest(code=code, context=WireContext(found.language, id=found.id))


def create_request(wanted: object, cwd: object) -> CodeContextRequest:
    """Return the body of a context's creation."""
    request = CodeContextRequest(language=language(wanted))
    directory = text_or_none("cwd", cwd, "/workspace")
    if directory is not None:
        request["cwd"] = directory  # servers take it, though the contract does not name it
    return request


def context_id(request: RunCodeRequest) -> str | None:
    """Return the id of the context that a run is meant for; `None` where only the language counts."""
    asked = given(request.context)
    return None if asked is None else given(asked.id)


def context(answer: WireContext) -> CodeContext:
    """Return a context as the server describes it."""
    if (context_id := given(answer.id)) is None:
        raise ValueError("a context has to have an id")
    return CodeContext(id=context_id, language=answer.language, cwd=answer.additional_properties.get("cwd"))


def contexts(answers: Sequence[WireContext]) -> list[CodeContext]:
    """Return contexts as the server describes them."""
    return [context(answer) for answer in answers]
