"""What the checks share: the way to the server, sandboxes to ask, and the label that finds all of it again."""

from __future__ import annotations

import json
import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.constants import DEFAULT_EGRESS_PORT, DEFAULT_EXECD_PORT
from opensandbox.contract import generated
from opensandbox.contract.recording import Recorder
from opensandbox.contract.refusals import outcome_of, refused
from opensandbox.contract.results import Differs, NotOffered, NotTried, Outcome
from opensandbox.exceptions import (
    SandboxException,
    SandboxInvalidRequestException,
    SnapshotFailedException,
    TemplateFailedException,
)
from opensandbox.models import (
    CodeContext,
    CreateIsolatedSessionRequest,
    IsolatedWorkspaceSpec,
    NetworkPolicy,
    NetworkRule,
    SnapshotFilter,
)
from opensandbox.models.templates import CreateTemplateRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from opensandbox.contract.recording import Note
    from opensandbox.contract.specs import Operation

T = TypeVar("T")

LABEL = "opensandbox-contract"
LIFETIME = 600
"""Seconds after which a sandbox ends by itself, should this program be killed."""

WORKSPACE = "/tmp/opensandbox-contract"
RULES = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="api.example.com")])
INTERVAL = 0.05


@dataclass(frozen=True)
class Settings:
    """What the operator says: where the server is, what to start there, and how patient to be (seconds)."""

    domain: str | None = None
    api_key: str | None = None
    protocol: str = "http"
    image: str = "ubuntu"
    language: str = "python"
    publish: str | None = None
    use_server_proxy: bool = False
    verify: bool | str = True
    patience: float = 60.0
    run: str = field(default_factory=lambda: f"run-{secrets.token_hex(6)}")

    def config(self, **more: Any) -> ConnectionConfigSync:
        """Return the config of the SDK."""
        return ConnectionConfigSync(
            domain=self.domain,
            api_key=self.api_key,
            protocol=self.protocol,
            use_server_proxy=self.use_server_proxy,
            verify=self.verify,
            **more,
        )


class World:
    """Makes what checks need when the first one asks for it. What cannot be made is told to each that asks."""

    def __init__(self, settings: Settings, note: Note) -> None:
        self.settings = settings
        self.note = note
        self.recorder = Recorder(settings.config().new_owned_transport(), note, settings.patience)
        self.config = settings.config(transport=self.recorder)
        self.manager = SandboxManagerSync(connection_config=self.config)
        self._made: dict[str, Any] = {}
        self._opened: list[SandboxSync] = []

    @property
    def label(self) -> dict[str, str]:
        """The metadata that everything of this run carries."""
        return {LABEL: self.settings.run}

    def create(self, **more: Any) -> SandboxSync:
        """Make a sandbox with the label of this run."""
        metadata = {**more.pop("metadata", {}), **self.label}
        source = more if "snapshot_id" in more else {"image": self.settings.image, **more}
        sandbox = SandboxSync.create(
            **{"timeout": LIFETIME, "connection_config": self.config, **source}, metadata=metadata
        )
        self._opened.append(sandbox)
        return sandbox

    @contextmanager
    def one(self, **more: Any) -> Iterator[SandboxSync]:
        """Lend a sandbox that ends with the block."""
        sandbox = self.create(**more)
        try:
            yield sandbox
        finally:
            self._opened.remove(sandbox)
            sandbox.destroy()

    @property
    def sandbox(self) -> SandboxSync:
        """A sandbox of the plainest kind, with a file in it."""

        def make() -> SandboxSync:
            sandbox = self.create()
            sandbox.files.write_file(f"{WORKSPACE}/file", "one\ntwo\n")
            return sandbox

        return self._once("a sandbox", make)

    @property
    def policed(self) -> SandboxSync:
        """A sandbox with a network policy and, where there is one, a credential vault."""

        def make() -> SandboxSync:
            try:
                return self.create(network_policy=RULES, credential_proxy={"enabled": True})
            except SandboxInvalidRequestException:
                pass
            try:
                return self.create(network_policy=RULES)
            except SandboxInvalidRequestException as failure:
                raise NotOffered(f"no network policies: {failure}") from failure

        return self._once("a sandbox with a network policy", make)

    @property
    def snapshot(self) -> str:
        """A snapshot that is ready."""
        return self._once("a snapshot", self.new_snapshot)

    def new_snapshot(self) -> str:
        """Make a snapshot and wait for it. A server may take one at a time only, so the last one has to be there first."""
        mine = SnapshotFilter(name=self.settings.run)
        self.until(
            lambda: all(found.status.state != "Creating" for found in self.manager.iter_snapshots(mine)),
            "the snapshot before is ready",
        )
        made: str = self.sandbox.create_snapshot(self.settings.run).id
        try:
            self.manager.wait_for_snapshot(made, timeout=self.settings.patience, polling_interval=INTERVAL)
        except SnapshotFailedException as failure:
            raise Differs(f"the snapshot failed: {failure}") from failure
        return made

    @property
    def template(self) -> str:
        """A template that is built."""

        def make() -> str:
            template = self.new_template()
            try:
                self.manager.wait_for_template(
                    template, timeout=self.settings.patience, polling_interval=INTERVAL
                )
            except TemplateFailedException as failure:
                if self.settings.publish is None:
                    raise NotOffered(f"{failure}; --publish says where templates may be stored") from failure
                raise
            return template

        return self._once("a template", make)

    def new_template(self) -> str:
        """Order a template."""
        request = CreateTemplateRequest(**self.template_body)
        return self.manager.create_template(request).template_id

    @property
    def template_body(self) -> dict[str, Any]:
        """The request for a template, as it travels."""
        return {
            "image": self.settings.image,
            "publish": self.settings.publish or f"s3://{LABEL}/{self.settings.run}",
            "metadata": self.label,
            "readiness": {"warmupSeconds": 0},
        }

    @property
    def templated(self) -> SandboxSync:
        """A sandbox from the template."""

        def make() -> SandboxSync:
            sandbox = SandboxSync.create_from_template(
                self.template,
                timeout=LIFETIME,
                metadata=self.label,
                network_policy=RULES,
                connection_config=self.config,
            )
            self._opened.append(sandbox)
            return sandbox

        return self._once("a sandbox from a template", make)

    @property
    def code(self) -> CodeContext:
        """A context for code."""

        def make() -> CodeContext:
            language = self.settings.language
            try:
                return self.sandbox.code.contexts.create(language)
            except SandboxException as failure:
                raise NotOffered(f"no {language} in {self.settings.image}: {failure}") from failure

        return self._once("a context for code", make)

    @property
    def shell(self) -> str:
        """A shell session."""
        return self._once("a shell session", self.sandbox.commands.create_session)

    @property
    def isolated(self) -> Any:
        """An isolated session on the files of the sandbox."""

        def make() -> Any:
            able = self.sandbox.isolation.capabilities()
            if not able.available:
                raise NotOffered(f"no isolated sessions: {able.message or 'not available'}")
            workspace = IsolatedWorkspaceSpec(path=WORKSPACE, mode="rw")
            return self.sandbox.isolation.create(CreateIsolatedSessionRequest(workspace=workspace))

        return self._once("an isolated session", make)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made under a name before, or make it."""
        return self._once(name, make)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            try:
                self._made[name] = make()
            except Exception as failure:  # whatever it is, it is told to all who need this
                outcome, words = outcome_of(failure)
                self._made[name] = _Unmade(name, outcome, words)
        made = self._made[name]
        if isinstance(made, _Unmade):
            raise made.told()
        result: T = made
        return result

    def wire(self, operation: Operation, sandbox: SandboxSync | None, arguments: dict[str, Any]) -> Any:
        """Send an operation through a generated client; a refusal is raised as what it means."""
        answer = generated.call(operation, self._client(operation.api, sandbox), arguments)
        if answer.status_code >= 400:
            raise refused(answer.status_code, answer.content)
        declared = operation.responses.get(answer.status_code)
        if declared and "application/json" in declared.schemas and answer.content and answer.parsed is None:
            raise Differs(f"the generated client reads nothing from {answer.content[:200]!r}")
        return answer

    def _client(self, api: str, sandbox: SandboxSync | None) -> Any:
        key = f"client {api} {sandbox.id if sandbox else ''}"
        if key not in self._made:
            base, headers = self.config.get_base_url(), {"OPEN-SANDBOX-API-KEY": self.config.get_api_key()}
            if sandbox is not None:
                port = DEFAULT_EXECD_PORT if api == "execd" else DEFAULT_EGRESS_PORT
                with sandbox.http(port) as address:
                    base, headers = (
                        str(address.base_url).rstrip("/"),
                        sandbox.get_endpoint(port).headers or {},
                    )
                    if self.settings.use_server_proxy:
                        headers = {**headers, "OPEN-SANDBOX-API-KEY": self.config.get_api_key()}
            self._made[key] = generated.client(api, base, headers, self.recorder, self.settings.patience)
        return self._made[key]

    @contextmanager
    def server(self) -> Iterator[httpx.Client]:
        """Lend a plain client for the server, with the key."""
        import httpx

        with httpx.Client(
            base_url=self.config.get_base_url(),
            headers={"OPEN-SANDBOX-API-KEY": self.config.get_api_key()},
            transport=self.recorder,
            timeout=self.settings.patience,
        ) as client:
            yield client

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition; raises `Differs` when it does not come in time."""
        end = time.monotonic() + self.settings.patience
        while not condition():
            if time.monotonic() > end:
                raise Differs(f"{what}: not within {self.settings.patience:g} s")
            time.sleep(INTERVAL)

    @cached_property
    def version(self) -> str:
        """What the server says that it is; empty where it does not say."""
        import httpx

        base = self.config.get_base_url().removesuffix("/v1")
        with (
            suppress(httpx.HTTPError, ValueError),
            httpx.Client(transport=self.recorder, timeout=5) as client,
        ):
            answer = client.get(f"{base}/version")
            if answer.is_success:
                said = json.loads(answer.text)
                return str(said.get("version", "")) if isinstance(said, dict) else ""
        return ""

    def close(self) -> None:
        """Let go of connections; what was made stays."""
        for sandbox in self._opened:
            sandbox.close()
        self._opened.clear()
        self.manager.close()
        self.recorder.end()


@dataclass(frozen=True)
class _Unmade:
    """Why something could not be made."""

    name: str
    outcome: Outcome
    words: str

    def told(self) -> Exception:
        """Return what a check that needs it raises."""
        if self.outcome is Outcome.NOT_OFFERED:
            return NotOffered(self.words)
        if self.words.startswith("needs "):
            return NotTried(self.words)
        return NotTried(f"needs {self.name}, which could not be made: {self.words}")
