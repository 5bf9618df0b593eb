"""Objects that cannot leave their process: pickling or copying one raises an error that says what to pass instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

C = TypeVar("C", bound=type)

CONNECT_THERE = (
    "pass the id and the connection_config of its sandbox, and connect(id, connection_config=config) there"
)


def stays_here(instead: str) -> Callable[[C], C]:
    """Make `pickle`, `copy.copy` and `copy.deepcopy` refuse instances of a class that holds connections; `instead`
    names the way out."""

    def decorate(kind: C) -> C:
        def refuse(self: object, protocol: Any) -> Any:
            raise TypeError(
                f"{type(self).__name__} cannot be pickled or copied, since what it holds belongs to this process; {instead}"
            )

        kind.__reduce_ex__ = refuse  # type: ignore[method-assign,assignment]
        return kind

    return decorate
