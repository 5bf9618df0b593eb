# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.api_key_credential_auth import ApiKeyCredentialAuth
    from ..models.basic_credential_auth import BasicCredentialAuth
    from ..models.bearer_credential_auth import BearerCredentialAuth
    from ..models.credential_match import CredentialMatch
    from ..models.custom_headers_credential_auth import CustomHeadersCredentialAuth
    from ..models.passthrough_credential_auth import PassthroughCredentialAuth


@_attrs_define
class CredentialBinding:
    """Which requests get which secret.

    Attributes:
        name (str): Name of the binding.
        match (CredentialMatch): Which requests a binding is about; all conditions must hold. Two bindings that could
            claim the same request are refused, but an exact host outranks a wildcard.
        auth (ApiKeyCredentialAuth | BasicCredentialAuth | BearerCredentialAuth | CustomHeadersCredentialAuth |
            PassthroughCredentialAuth): What a binding does to a request; `type` says which kind it is.
    """

    name: str
    match: CredentialMatch
    auth: ApiKeyCredentialAuth | BasicCredentialAuth | BearerCredentialAuth | CustomHeadersCredentialAuth | PassthroughCredentialAuth

    def to_dict(self) -> dict[str, Any]:
        global \
            ApiKeyCredentialAuth, \
            BasicCredentialAuth, \
            BearerCredentialAuth, \
            CredentialMatch, \
            CustomHeadersCredentialAuth, \
            PassthroughCredentialAuth
        if "PassthroughCredentialAuth" not in globals():
            from ..models.api_key_credential_auth import ApiKeyCredentialAuth
            from ..models.basic_credential_auth import BasicCredentialAuth
            from ..models.bearer_credential_auth import BearerCredentialAuth
            from ..models.credential_match import CredentialMatch
            from ..models.custom_headers_credential_auth import CustomHeadersCredentialAuth
            from ..models.passthrough_credential_auth import PassthroughCredentialAuth

        auth: dict[str, Any]
        if isinstance(self.auth, BearerCredentialAuth):
            auth = self.auth.to_dict()
        elif isinstance(self.auth, BasicCredentialAuth):
            auth = self.auth.to_dict()
        elif isinstance(self.auth, ApiKeyCredentialAuth):
            auth = self.auth.to_dict()
        elif isinstance(self.auth, CustomHeadersCredentialAuth):
            auth = self.auth.to_dict()
        else:
            auth = self.auth.to_dict()

        members: dict[str, Any] = {}
        members["name"] = self.name
        members["match"] = self.match.to_dict()
        members["auth"] = auth
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global \
            ApiKeyCredentialAuth, \
            BasicCredentialAuth, \
            BearerCredentialAuth, \
            CredentialMatch, \
            CustomHeadersCredentialAuth, \
            PassthroughCredentialAuth
        if "PassthroughCredentialAuth" not in globals():
            from ..models.api_key_credential_auth import ApiKeyCredentialAuth
            from ..models.basic_credential_auth import BasicCredentialAuth
            from ..models.bearer_credential_auth import BearerCredentialAuth
            from ..models.credential_match import CredentialMatch
            from ..models.custom_headers_credential_auth import CustomHeadersCredentialAuth
            from ..models.passthrough_credential_auth import PassthroughCredentialAuth

        d = present(src_dict)

        def _parse_auth(
            data: object,
        ) -> ApiKeyCredentialAuth | BasicCredentialAuth | BearerCredentialAuth | CustomHeadersCredentialAuth | PassthroughCredentialAuth:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_credential_auth_type_0 = BearerCredentialAuth.from_dict(data)

                return componentsschemas_credential_auth_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_credential_auth_type_1 = BasicCredentialAuth.from_dict(data)

                return componentsschemas_credential_auth_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_credential_auth_type_2 = ApiKeyCredentialAuth.from_dict(data)

                return componentsschemas_credential_auth_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_credential_auth_type_3 = CustomHeadersCredentialAuth.from_dict(data)

                return componentsschemas_credential_auth_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_credential_auth_type_4 = PassthroughCredentialAuth.from_dict(data)

            return componentsschemas_credential_auth_type_4

        auth = _parse_auth(d.pop("auth"))

        record = cls(
            name=d.pop("name"),
            match=CredentialMatch.from_dict(d.pop("match")),
            auth=auth,
        )
        return record
