"""Which sandboxes a call may end that names none of them."""

from __future__ import annotations

from opensandbox._core.convert.values import model_or_none
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import SandboxFilter


def chosen(call: str, filter: object, everything: bool) -> SandboxFilter:
    """Return the filter; one that fits every sandbox of the deployment is refused unless that is meant.

    Pages choose nothing: they are a part of everything.
    """
    wanted = model_or_none(SandboxFilter, "filter", filter) or SandboxFilter()
    if wanted.states or wanted.metadata or everything is True:
        return wanted
    raise InvalidArgumentException(
        f"{call} has neither states nor metadata to choose by, and would end every sandbox of the deployment; "
        "pass some, or everything=True"
    )
