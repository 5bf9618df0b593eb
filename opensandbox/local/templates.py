"""Templates: a file system with its main program, built once and started many times.

A build starts the image in an ordinary sandbox, waits until its main program is ready, and keeps the written layers.
Unlike a virtual machine image, a template holds files only: every sandbox starts its main program anew.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import shlex
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore

from opensandbox.local.egress.sandbox import SandboxEgress
from opensandbox.local.errors import ApiError
from opensandbox.local.kept import read_record, write_record
from opensandbox.local.proxy.upstream import Upstream
from opensandbox.local.record import instant, now, without_none
from opensandbox.local.runtime import LaunchFailed

if TYPE_CHECKING:
    from opensandbox.local.egress.gateway import Gateway
    from opensandbox.local.runtime import Box, BoxSpec, Runtime

PENDING, BUILDING, SUCCEEDED, FAILED = "Pending", "Building", "Succeeded", "Failed"
SNAPSHOT = "snapshot:"
"""What precedes the id of a snapshot where a template asks for that instead of an image."""
_RECORD = "template.json"
_DEFAULT_WARMUP = 60
_PROBE_INTERVAL = 0.2
_PROBE_TIMEOUT = 10
_BUILD_TIMEOUT = 600.0

logger = logging.getLogger("opensandbox.local")


@dataclass(slots=True, eq=False, kw_only=True)
class Template:
    """One template. `layers` has its directory once the build succeeded."""

    id: str
    image: str
    image_root: Path | None
    publish: str
    entrypoint: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    resource_limits: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    probe: str | None = None
    warmup_seconds: int | None = None
    format: str = "overlaybd"
    phase: str = PENDING
    message: str | None = None
    layers: tuple[Path, ...] = ()
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)

    @property
    def from_snapshot(self) -> bool:
        """Whether it was built from a snapshot rather than an image."""
        return self.image.startswith(SNAPSHOT)

    def view(self) -> dict[str, Any]:
        """The `FsbTemplate` of the protocol."""
        readiness = without_none({"probe": self.probe, "warmupSeconds": self.warmup_seconds})
        manifest = self.layers[-1].as_uri() if self.phase == SUCCEEDED else None
        return without_none(
            {
                "templateId": self.id,
                "image": self.image,
                "publish": self.publish,
                "resourceLimits": self.resource_limits or None,
                "entrypoint": list(self.entrypoint),
                "env": self.env or None,
                "metadata": self.metadata or None,
                "readiness": readiness or None,
                "format": self.format,
                "status": without_none(
                    {"phase": self.phase, "manifestRef": manifest, "message": self.message}
                ),
                "createdAt": instant(self.created_at),
                "updatedAt": instant(self.updated_at),
            }
        )

    def enter(self, phase: str, message: str | None = None) -> None:
        """Go to another phase."""
        self.phase, self.message, self.updated_at = phase, message, now()


class Templates:
    """All templates in one directory, where their artifacts stay; those of an earlier server are still there."""

    def __init__(self, directory: Path, runtime: Runtime, gateway: Gateway) -> None:
        self._gateway = gateway
        self._directory = directory
        self._runtime = runtime
        self._templates: dict[str, Template] = {}
        self._builds: dict[str, asyncio.Task[None]] = {}

    async def load(self) -> None:
        """Read what an earlier server built; what it did not finish, or deleted while in use, is removed."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for directory in sorted(self._directory.iterdir()):
            members = read_record(directory / _RECORD)
            if members is None:
                await self._runtime.discard(directory)
            else:
                template = _from_json(members, directory)
                self._templates[template.id] = template

    def start_build(self, template: Template, spec: BoxSpec) -> None:
        """Begin to build; follow it through the phase."""
        self._templates[template.id] = template
        task = self._builds[template.id] = asyncio.create_task(self._build(template, spec))
        task.add_done_callback(lambda _: self._builds.pop(template.id, None))

    def get(self, template_id: str) -> Template:
        """The template with this id, or 404."""
        template = self._templates.get(template_id)
        if template is None:
            raise _not_found(template_id)
        return template

    def ready(self, template_id: str) -> Template:
        """The template, fit for a start; 404 for an unfinished one as for none at all."""
        template = self._templates.get(template_id)
        if template is None or template.phase != SUCCEEDED:
            raise _not_found(template_id)
        return template

    def newest_first(self) -> list[Template]:
        """All templates, the youngest first."""
        # Sorted upwards and then turned round: of two with the same instant, the later one is the younger.
        return sorted(self._templates.values(), key=lambda template: template.created_at)[::-1]

    async def delete(self, template_id: str, layers_in_use: set[Path]) -> None:
        """Forget a template; sandboxes that were started from it keep their files."""
        template = self.get(template_id)
        del self._templates[template_id]
        if build := self._builds.get(template_id):
            build.cancel()
            await asyncio.gather(build, return_exceptions=True)
        (self._directory / template_id / _RECORD).unlink(missing_ok=True)
        if not layers_in_use & set(template.layers):
            await self._runtime.discard(self._directory / template_id)

    async def close(self) -> None:
        """Give up what is being built."""
        builds = list(self._builds.values())
        for build in builds:
            build.cancel()
        await asyncio.gather(*builds, return_exceptions=True)

    async def _build(self, template: Template, spec: BoxSpec) -> None:
        template.enter(BUILDING)
        box: Box | None = None
        egress = SandboxEgress(self._gateway, sandbox_id=f"of template {template.id}")
        try:
            async with asyncio.timeout(_BUILD_TIMEOUT):
                trust = await self._gateway.trusted(interception=False)
                spec = replace(spec, egress=egress.serve, trust=trust)
                box = await self._runtime.launch(f"build-{uuid.uuid4()}", spec)
                if problem := (await box.status()).get("problem"):
                    raise LaunchFailed(f"the main program does not start: {problem}")
                await self._until_ready(template, box)
                layer = self._directory / template.id / "layer"
                layer.parent.mkdir()
                await box.snapshot(layer)
            template.layers = (layer,)
            template.enter(SUCCEEDED)
            write_record(layer.parent / _RECORD, _to_json(template))
        except Exception as error:
            logger.exception("template %s could not be built", template.id)
            template.enter(FAILED, f"{type(error).__name__}: {error}")
            await self._runtime.discard(self._directory / template.id)
        finally:
            await egress.close()
            if box is not None:
                await box.kill()

    async def _until_ready(self, template: Template, box: Box) -> None:
        warmup = _DEFAULT_WARMUP if template.warmup_seconds is None else template.warmup_seconds
        deadline = asyncio.get_running_loop().time() + warmup
        while asyncio.get_running_loop().time() < deadline:
            if template.probe is not None and await _answers(template.probe, box):
                return
            await asyncio.sleep(min(_PROBE_INTERVAL, max(0.0, deadline - asyncio.get_running_loop().time())))


def _to_json(template: Template) -> dict[str, Any]:
    """What is kept of a template that was built; its layer is found by its place."""
    members = {field.name: getattr(template, field.name) for field in dataclasses.fields(template)}
    del members["layers"], members["phase"], members["message"]
    members["image_root"] = str(template.image_root) if template.image_root else None
    for name in ("created_at", "updated_at"):
        members[name] = members[name].isoformat()
    return members


def _from_json(members: dict[str, Any], directory: Path) -> Template:
    root = members.pop("image_root")
    entrypoint = tuple(members.pop("entrypoint"))
    created, updated = (datetime.fromisoformat(members.pop(name)) for name in ("created_at", "updated_at"))
    return Template(
        **members,
        created_at=created,
        updated_at=updated,
        image_root=Path(root) if root else None,
        entrypoint=entrypoint,
        phase=SUCCEEDED,
        layers=(directory / "layer",),
    )


def check_probe(probe: str) -> str | None:
    """What is wrong with a probe text, None for a good one."""
    parts = urlsplit(probe)
    if parts.scheme == "tcp":
        try:
            good = parts.port is not None
        except ValueError:
            good = False
        return None if good else f"{probe!r} names no port; the form is tcp://host:port"
    if probe.startswith("cmd://"):
        try:
            words = shlex.split(probe.removeprefix("cmd://"))
        except ValueError as error:
            return f"{probe!r}: {error}"
        return None if words else f"{probe!r} names no command"
    return f"{probe!r} is neither tcp://host:port nor cmd://command"


async def _answers(probe: str, box: Box) -> bool:
    if probe.startswith("cmd://"):
        return await _succeeds(shlex.split(probe.removeprefix("cmd://")), box)
    port = urlsplit(probe).port
    assert port is not None, "checked when the template was accepted"
    try:
        _, writer = await box.dial(port)
    except (OSError, EOFError):
        return False
    writer.close()
    return True


async def _succeeds(argv: list[str], box: Box) -> bool:
    execd = Upstream(lambda: asyncio.open_unix_connection(str(box.execd_socket)), keep_alive=False)
    body = json.dumps({"argv": argv, "timeout": _PROBE_TIMEOUT * 1000}).encode()
    request = httpcore.Request(
        b"POST",
        b"http://sandbox/command",
        headers=[(b"host", b"sandbox"), (b"content-length", b"%d" % len(body))],
        content=body,
    )
    try:
        response = await execd.send(request)
        events = (await response.aread()).splitlines()
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return False
    finally:
        await execd.close()
    # A command that fails ends its stream with an error event instead.
    return any(json.loads(event).get("type") == "execution_complete" for event in events if event)


def _not_found(template_id: str) -> ApiError:
    return ApiError(
        404, "FSB::TEMPLATE_NOT_FOUND", f"template {template_id} does not exist or is not built yet"
    )
