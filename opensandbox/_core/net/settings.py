"""Connection settings that differ in a few points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from opensandbox._core.arguments import built

if TYPE_CHECKING:
    from pydantic import BaseModel

C = TypeVar("C", bound="BaseModel")


def changed(config: C, **settings: Any) -> C:
    """Return a config with these settings, checked like those of a new one; `None` leaves a setting as it is."""
    given = {name: value for name, value in settings.items() if value is not None}
    return built(type(config), **{name: getattr(config, name) for name in config.model_fields_set} | given)
