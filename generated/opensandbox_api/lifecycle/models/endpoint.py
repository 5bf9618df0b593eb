# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.endpoint_headers import EndpointHeaders


T = TypeVar("T", bound="Endpoint")


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
        endpoint = self.endpoint

        headers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.headers, Unset):
            headers = self.headers.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "endpoint": endpoint,
            }
        )
        if headers is not UNSET:
            field_dict["headers"] = headers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global EndpointHeaders
        if "EndpointHeaders" not in globals():
            from ..models.endpoint_headers import EndpointHeaders
        d = {key: value for key, value in src_dict.items() if value is not None}
        endpoint = d.pop("endpoint")

        _headers = d.pop("headers", UNSET)
        headers: EndpointHeaders | Unset
        if isinstance(_headers, Unset):
            headers = UNSET
        else:
            headers = EndpointHeaders.from_dict(_headers)

        endpoint = cls(
            endpoint=endpoint,
            headers=headers,
        )

        return endpoint
