"""The vault of one sandbox: the same calls, sent to its sidecar, or to the control plane where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from opensandbox._core import arguments
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox.exceptions import (
    CredentialVaultRevisionException,
    SandboxConflictException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from opensandbox_api.types import Response

    from opensandbox._async.calls.http import Connection, Exchange
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

R = TypeVar("R")
S = TypeVar("S")
C = TypeVar("C")


@stays_here(CONNECT_THERE)
class VaultCalls:
    """The methods of `sandbox.credential_vault`."""

    __slots__ = ("_control_plane", "_sandbox_id", "_sidecar")

    def __init__(
        self,
        sandbox_id: str,
        sidecar: Callable[[], Awaitable[Connection]],
        control_plane: Callable[[], Connection] | None,
    ) -> None:
        """Keep where to send calls: `control_plane` is given for sandboxes that started from a template."""
        self._sandbox_id = sandbox_id
        self._sidecar = sidecar
        self._control_plane = control_plane

    async def create(
        self,
        *,
        credentials: Sequence[Credential | dict[str, object]],
        bindings: Sequence[CredentialBinding | dict[str, object]],
    ) -> CredentialVaultState:
        """Create the vault, completely or not at all; an existing vault is a conflict.

        Example::

            await sandbox.credential_vault.create(
                credentials=[{"name": "token", "source": {"value": token}}],
                bindings=[{"name": "api", "match": {"hosts": ["api.example.com"]},
                           "auth": {"type": "bearer", "credential": "token"}}],
            )
        """
        from opensandbox_api.egress.api.credential_vault import post_credential_vault
        from opensandbox_api.lifecycle.api.sandboxes import create_sandbox_credential_vault

        from opensandbox._core.convert import vault as convert

        body = convert.creation(credentials, bindings)
        return await self._call(
            lambda client: post_credential_vault.asyncio_detailed(client=client, body=body.for_sidecar),
            lambda client, sandbox_id: create_sandbox_credential_vault.asyncio_detailed(
                sandbox_id, client=client, body=body.for_control_plane
            ),
            convert.state,
        )

    async def get(self) -> CredentialVaultState:
        """Return the vault without its secrets."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault
        from opensandbox_api.lifecycle.api.sandboxes import get_sandbox_credential_vault

        from opensandbox._core.convert import vault as convert

        return await self._call(
            lambda client: get_credential_vault.asyncio_detailed(client=client),
            lambda client, sandbox_id: get_sandbox_credential_vault.asyncio_detailed(
                sandbox_id, client=client
            ),
            convert.state,
        )

    async def patch(
        self,
        *,
        expected_revision: int | None = None,
        credentials: CredentialMutationSet | dict[str, object] | None = None,
        bindings: CredentialBindingMutationSet | dict[str, object] | None = None,
    ) -> CredentialVaultState:
        """Change secrets and bindings in one step; with `expected_revision`, only at that revision.

        Within each set `delete` comes first, then `replace`, then `add`. Raises `CredentialVaultRevisionException`, which
        holds the present state, when the vault has another revision by now; `update` then writes again by itself.
        """
        from opensandbox_api.egress.api.credential_vault import patch_credential_vault
        from opensandbox_api.lifecycle.api.sandboxes import patch_sandbox_credential_vault

        from opensandbox._core.convert import vault as convert

        body = convert.changes(expected_revision, credentials, bindings)
        try:
            return await self._call(
                lambda client: patch_credential_vault.asyncio_detailed(client=client, body=body.for_sidecar),
                lambda client, sandbox_id: patch_sandbox_credential_vault.asyncio_detailed(
                    sandbox_id, client=client, body=body.for_control_plane
                ),
                convert.state,
            )
        except SandboxConflictException as conflict:
            if expected_revision is None:
                raise
            present = await self._present()
            if present is None or present.revision == expected_revision:
                raise  # it is something else that is in the way
            raise CredentialVaultRevisionException.of(conflict, expected_revision, present) from conflict

    async def update(
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

            await sandbox.credential_vault.update(rotate)
        """
        from opensandbox._core.convert.values import model_of
        from opensandbox.models.sandboxes import CredentialVaultPatchRequest

        arguments.whole("attempts", attempts, 1, 8)
        arguments.plain_function("change", change)
        state: CredentialVaultState | None = None
        while True:
            state = state or await self.get()
            wanted = change(state)
            if wanted is None:
                return state
            request = model_of(CredentialVaultPatchRequest, "what change returned", wanted)
            attempts -= 1
            try:
                return await self.patch(
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

    async def delete(self) -> None:
        """Remove the vault; its credentials stop working at once."""
        from opensandbox_api.egress.api.credential_vault import delete_credential_vault
        from opensandbox_api.lifecycle.api.sandboxes import delete_sandbox_credential_vault

        if self._control_plane is not None:
            with self._control_plane().exchange() as client:
                await delete_sandbox_credential_vault.asyncio_detailed(self._sandbox_id, client=client)
            return
        connection = await self._sidecar()
        with connection.exchange() as client:
            await delete_credential_vault.asyncio_detailed(client=client)

    async def list_credentials(self) -> list[CredentialMetadata]:
        """Return the names and revisions of the secrets."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_credentials
        from opensandbox_api.lifecycle.api.sandboxes import list_sandbox_credential_vault_credentials

        from opensandbox._core.convert import vault as convert

        return await self._call(
            lambda client: get_credential_vault_credentials.asyncio_detailed(client=client),
            lambda client, sandbox_id: list_sandbox_credential_vault_credentials.asyncio_detailed(
                sandbox_id, client=client
            ),
            convert.credentials,
        )

    async def get_credential(self, name: str) -> CredentialMetadata:
        """Return the name and revision of one secret."""
        from opensandbox_api.egress.api.credential_vault import (
            get_credential_vault_credentials_credential_name,
        )
        from opensandbox_api.lifecycle.api.sandboxes import get_sandbox_credential_vault_credential

        from opensandbox._core.convert import vault as convert

        arguments.identifier("name", name)
        return await self._call(
            lambda client: get_credential_vault_credentials_credential_name.asyncio_detailed(
                name, client=client
            ),
            lambda client, sandbox_id: get_sandbox_credential_vault_credential.asyncio_detailed(
                sandbox_id, name, client=client
            ),
            convert.credential,
        )

    async def list_bindings(self) -> list[CredentialBindingMetadata]:
        """Return the bindings."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_bindings
        from opensandbox_api.lifecycle.api.sandboxes import list_sandbox_credential_vault_bindings

        from opensandbox._core.convert import vault as convert

        return await self._call(
            lambda client: get_credential_vault_bindings.asyncio_detailed(client=client),
            lambda client, sandbox_id: list_sandbox_credential_vault_bindings.asyncio_detailed(
                sandbox_id, client=client
            ),
            convert.bindings,
        )

    async def get_binding(self, name: str) -> CredentialBindingMetadata:
        """Return one binding."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_bindings_binding_name
        from opensandbox_api.lifecycle.api.sandboxes import get_sandbox_credential_vault_binding

        from opensandbox._core.convert import vault as convert

        arguments.identifier("name", name)
        return await self._call(
            lambda client: get_credential_vault_bindings_binding_name.asyncio_detailed(name, client=client),
            lambda client, sandbox_id: get_sandbox_credential_vault_binding.asyncio_detailed(
                sandbox_id, name, client=client
            ),
            convert.binding,
        )

    async def _present(self) -> CredentialVaultState | None:
        try:
            return await self.get()
        except SandboxException:
            return None

    async def _call(
        self,
        of_sidecar: Callable[[Exchange], Awaitable[Response[S]]],
        of_control_plane: Callable[[Exchange, str], Awaitable[Response[C]]],
        read: Callable[[S | C], R],
    ) -> R:
        if self._control_plane is not None:
            with self._control_plane().exchange() as client:
                kept = await of_control_plane(client, self._sandbox_id)
                return read(kept.result())
        connection = await self._sidecar()
        with connection.exchange() as client:
            answer = await of_sidecar(client)
            return read(answer.result())
