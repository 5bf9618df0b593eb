# Generated from opensandbox/_async/network/vault.py by scripts/unasync.py. Do not edit.
"""The vault of one sandbox: the same calls, sent to its sidecar, or to the control plane where it has none."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from opensandbox._core import arguments
from opensandbox.exceptions import (
    CredentialVaultRevisionException,
    InvalidArgumentException,
    SandboxConflictException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox._sync.calls.http import Connection
    from opensandbox.models.dicts import CredentialVaultPatchRequestDict
    from opensandbox.models.sandboxes import (
        Credential,
        CredentialBinding,
        CredentialBindingMetadata,
        CredentialBindingMutationSet,
        CredentialMetadata,
        CredentialMutationSet,
        CredentialVaultPatchRequest,
        CredentialVaultState,
    )

# For each call the operation of the sidecar, and that of the control plane.
_OPERATIONS: Final = {
    "create": ("post_credential_vault", "create_sandbox_credential_vault"),
    "get": ("get_credential_vault", "get_sandbox_credential_vault"),
    "patch": ("patch_credential_vault", "patch_sandbox_credential_vault"),
    "delete": ("delete_credential_vault", "delete_sandbox_credential_vault"),
    "list_credentials": ("get_credential_vault_credentials", "list_sandbox_credential_vault_credentials"),
    "get_credential": (
        "get_credential_vault_credentials_credential_name",
        "get_sandbox_credential_vault_credential",
    ),
    "list_bindings": ("get_credential_vault_bindings", "list_sandbox_credential_vault_bindings"),
    "get_binding": ("get_credential_vault_bindings_binding_name", "get_sandbox_credential_vault_binding"),
}


class VaultCalls:
    """What `sandbox.credential_vault` can do."""

    __slots__ = ("_control_plane", "_sandbox_id", "_sidecar")

    def __init__(
        self,
        sandbox_id: str,
        sidecar: Callable[[], Connection],
        control_plane: Callable[[], Connection] | None,
    ) -> None:
        """Keep where to send calls: `control_plane` is given for sandboxes that started from a template."""
        self._sandbox_id = sandbox_id
        self._sidecar = sidecar
        self._control_plane = control_plane

    def create(
        self,
        *,
        credentials: Sequence[Credential | dict[str, object]],
        bindings: Sequence[CredentialBinding | dict[str, object]],
    ) -> CredentialVaultState:
        """Create the vault. All of it is taken, or nothing; a vault that exists is a conflict.

        Example::

            sandbox.credential_vault.create(
                credentials=[{"name": "token", "source": {"value": token}}],
                bindings=[{"name": "api", "match": {"hosts": ["api.example.com"]},
                           "auth": {"type": "bearer", "credential": "token"}}],
            )
        """
        from opensandbox._core.convert import vault as convert

        body = convert.creation(credentials, bindings, in_control_plane=self._control_plane is not None)
        state: CredentialVaultState = self._call("create", convert.state, body=body)
        return state

    def get(self) -> CredentialVaultState:
        """Return the vault without its secrets."""
        from opensandbox._core.convert import vault as convert

        state: CredentialVaultState = self._call("get", convert.state)
        return state

    def patch(
        self,
        *,
        expected_revision: int | None = None,
        credentials: CredentialMutationSet | dict[str, object] | None = None,
        bindings: CredentialBindingMutationSet | dict[str, object] | None = None,
    ) -> CredentialVaultState:
        """Change secrets and bindings in one step, only at `expected_revision` where that is given.

        Within each set `delete` comes first, then `replace`, then `add`. Raises `CredentialVaultRevisionException`, which
        holds the present state, when the vault has another revision by now; `update` then writes again by itself.
        """
        from opensandbox._core.convert import vault as convert

        body = convert.changes(
            expected_revision, credentials, bindings, in_control_plane=self._control_plane is not None
        )
        try:
            state: CredentialVaultState = self._call("patch", convert.state, body=body)
        except SandboxConflictException as conflict:
            if expected_revision is None:
                raise
            present = self._present()
            if present is None or present.revision == expected_revision:
                raise  # it is something else that is in the way
            raise CredentialVaultRevisionException.of(conflict, expected_revision, present) from conflict
        return state

    def update(
        self,
        change: Callable[
            [CredentialVaultState], CredentialVaultPatchRequest | CredentialVaultPatchRequestDict | None
        ],
        *,
        attempts: int = 8,
    ) -> CredentialVaultState:
        """Read the vault, ask `change` what to change in it, and write that; return the new state.

        When somebody else writes in between, or the answer is lost on its way, the vault is read and `change` asked again,
        so `change` may be called `attempts` times and decides by the state that it is given. `None` means that nothing is
        to be changed. A revision that `change` names is passed over: it is always the one that was read.

            def rotate(state):
                return {"credentials": {"replace": [{"name": "token", "source": {"value": new_token}}]}}

            sandbox.credential_vault.update(rotate)
        """
        from opensandbox._core.convert.values import model_of
        from opensandbox.models.sandboxes import CredentialVaultPatchRequest

        if attempts < 1:
            raise InvalidArgumentException(f"attempts must be at least 1, not {attempts}")
        state: CredentialVaultState | None = None
        while True:
            state = state or self.get()
            wanted = change(state)
            if wanted is None:
                return state
            request = model_of(CredentialVaultPatchRequest, "what change returned", wanted)
            attempts -= 1
            try:
                return self.patch(
                    expected_revision=state.revision,
                    credentials=request.credentials,
                    bindings=request.bindings,
                )
            except CredentialVaultRevisionException as conflict:
                state = conflict.state
                if not attempts:
                    raise
            except (SandboxConnectionException, SandboxTimeoutException):
                state = None
                if not attempts:
                    raise

    def delete(self) -> None:
        """Remove the vault; its credentials stop working at once."""
        self._call("delete", lambda answer: None)

    def list_credentials(self) -> list[CredentialMetadata]:
        """Return the names and revisions of the secrets."""
        from opensandbox._core.convert import vault as convert

        found: list[CredentialMetadata] = self._call("list_credentials", convert.credentials)
        return found

    def get_credential(self, name: str) -> CredentialMetadata:
        """Return the name and revision of one secret."""
        from opensandbox._core.convert import vault as convert

        arguments.identifier("name", name)
        found: CredentialMetadata = self._call("get_credential", convert.credential, name)
        return found

    def list_bindings(self) -> list[CredentialBindingMetadata]:
        """Return the bindings."""
        from opensandbox._core.convert import vault as convert

        found: list[CredentialBindingMetadata] = self._call("list_bindings", convert.bindings)
        return found

    def get_binding(self, name: str) -> CredentialBindingMetadata:
        """Return one binding."""
        from opensandbox._core.convert import vault as convert

        arguments.identifier("name", name)
        found: CredentialBindingMetadata = self._call("get_binding", convert.binding, name)
        return found

    def _present(self) -> CredentialVaultState | None:
        try:
            return self.get()
        except SandboxException:
            return None

    def _call(self, call: str, read: Callable[[Any], Any], *names: str, **body: Any) -> Any:
        of_sidecar, of_control_plane = _OPERATIONS[call]
        if self._control_plane is not None:
            module = f"opensandbox_api.lifecycle.api.sandboxes.{of_control_plane}"
            connection, names = self._control_plane(), (self._sandbox_id, *names)
        else:
            module = f"opensandbox_api.egress.api.credential_vault.{of_sidecar}"
            connection = self._sidecar()
        operation: Any = import_module(module)
        with connection.exchange() as client:
            answer = operation.sync_detailed(*names, client=client, **body)
            return read(answer.parsed)
