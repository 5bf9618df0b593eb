"""The credential vault: secrets that stay outside the sandbox and are put into its requests on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field

from opensandbox.models.base import Answer, Model, NonBlank


def _no_blank_host(hosts: list[str]) -> list[str]:
    if not hosts or not all(host.strip() for host in hosts):
        raise ValueError("must hold at least one host, none of them blank")
    return hosts


class CredentialProxyConfig(Model):
    """Whether a sandbox gets the proxy that the credential vault works through."""

    enabled: bool = False


class InlineCredentialSource(Model):
    """A secret given as text; it stays out of `repr` and error texts."""

    model_config = ConfigDict(hide_input_in_errors=True)

    value: str = Field(min_length=1, repr=False)
    type: Literal["inline"] = "inline"


class CredentialMatch(Model):
    """The requests a binding applies to; what is left out matches everything.

    `hosts` are names or `*.example.com`, `paths` may end in `*`.
    """

    schemes: list[Literal["https", "http"]] | None = None
    ports: list[int] | None = None
    hosts: Annotated[list[str], AfterValidator(_no_blank_host)]
    methods: list[str] | None = None
    paths: list[str] | None = None


class CustomHeaderEntry(Model):
    """A header and the credential whose value it gets."""

    name: str
    credential: str


class CredentialSubstitution(Model):
    """Replace a placeholder in the given parts of a request by the value of a credential."""

    credential: str
    placeholder: str
    in_: Annotated[list[Literal["path", "query", "header", "body"]], Field(alias="in")]


class CredentialAuth(Model):
    """How the credential goes into a request.

    `bearer`, `basic` and `apiKey` name one `credential` (`apiKey` also the header, in `name`),
    `customHeaders` lists `headers`, `passthrough` only substitutes placeholders.
    """

    type: Literal["bearer", "basic", "apiKey", "customHeaders", "passthrough"]
    credential: str | None = None
    name: str | None = None
    headers: list[CustomHeaderEntry] | None = None
    substitutions: list[CredentialSubstitution] | None = None


# A dict is accepted where a model is expected and becomes that model; only type checkers need to be told.
if TYPE_CHECKING:
    _Source: TypeAlias = InlineCredentialSource | dict[str, str]
    _Match: TypeAlias = CredentialMatch | dict[str, object]
    _Auth: TypeAlias = CredentialAuth | dict[str, object]
else:
    _Source, _Match, _Auth = InlineCredentialSource, CredentialMatch, CredentialAuth


class Credential(Model):
    """A named secret.

    Example:

        Credential(name="api", source={"value": token})
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: NonBlank
    source: _Source


class CredentialBinding(Model):
    """Which requests get which credential, and how.

    Example:

        CredentialBinding(
            name="api",
            match={"hosts": ["api.example.com"]},
            auth={"type": "bearer", "credential": "api"},
        )
    """

    name: NonBlank
    match: _Match
    auth: _Auth


if TYPE_CHECKING:
    _Credential: TypeAlias = Credential | dict[str, object]
    _Binding: TypeAlias = CredentialBinding | dict[str, object]
else:
    _Credential, _Binding = Credential, CredentialBinding


class CredentialMutationSet(Model):
    """Credentials to add, to replace, and (by name) to delete, all in one step."""

    model_config = ConfigDict(hide_input_in_errors=True)

    add: list[_Credential] | None = None
    replace: list[_Credential] | None = None
    delete: list[str] | None = None


class CredentialBindingMutationSet(Model):
    """Bindings to add, to replace, and (by name) to delete, all in one step."""

    add: list[_Binding] | None = None
    replace: list[_Binding] | None = None
    delete: list[str] | None = None


if TYPE_CHECKING:
    _Credentials: TypeAlias = CredentialMutationSet | dict[str, object]
    _Bindings: TypeAlias = CredentialBindingMutationSet | dict[str, object]
else:
    _Credentials, _Bindings = CredentialMutationSet, CredentialBindingMutationSet


class CredentialVaultPatchRequest(Model):
    """A change of the vault; refused with a conflict unless it still is at `expected_revision`, when given."""

    model_config = ConfigDict(hide_input_in_errors=True)

    expected_revision: Annotated[int | None, Field(alias="expectedRevision")] = None
    credentials: _Credentials | None = None
    bindings: _Bindings | None = None


class CredentialMetadata(Answer):
    """What a vault tells of a credential; never its value."""

    name: str
    source_type: Annotated[str, Field(alias="sourceType")]
    revision: int


class CredentialAuthMetadata(Answer):
    """What a vault tells of how a binding authenticates."""

    type: str
    name: str | None = None


class CredentialBindingMetadata(Answer):
    """What a vault tells of a binding."""

    name: str
    revision: int
    match: CredentialMatch | None = None
    auth: CredentialAuthMetadata | None = None


class CredentialVaultState(Answer):
    """Everything in a vault, at one revision."""

    revision: int
    credentials: list[CredentialMetadata]
    bindings: list[CredentialBindingMetadata]


class CredentialListResponse(Answer):
    """The credentials of a vault, at one revision."""

    revision: int
    credentials: list[CredentialMetadata]


class CredentialBindingListResponse(Answer):
    """The bindings of a vault, at one revision."""

    revision: int
    bindings: list[CredentialBindingMetadata]
