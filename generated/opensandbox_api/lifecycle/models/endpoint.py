# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.endpoint_headers import EndpointHeaders


@_attrs_define
class Endpoint:
    """Where a port of a sandbox can be reached.

    Attributes:
        endpoint (str): Host, possibly port, possibly path prefix; never a scheme. Operation paths are appended.
        headers (EndpointHeaders | Unset): To be sent with every request to this address, all of them, as they are.
    """

    endpoint: str
    headers: EndpointHeaders | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["endpoint"] = self.endpoint
        if self.headers is not UNSET:
            members["headers"] = self.headers.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global EndpointHeaders
        if "EndpointHeaders" not in globals():
            from ..models.endpoint_headers import EndpointHeaders

        d = present(src_dict)
        record = cls(
            endpoint=d.pop("endpoint"),
            headers=UNSET if (value := d.pop("headers", UNSET)) is UNSET else EndpointHeaders.from_dict(value),
        )
        return record
