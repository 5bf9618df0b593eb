"""Pulling: from a real registry, and from one that is at fault."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.images.errors import ImageError
from opensandbox.local.images.login import Login, kept_login
from opensandbox.local.images.names import DEFAULT_REGISTRY, Registry, parse_name
from opensandbox.local.images.registry import Registries
from opensandbox.local.images.store import ImageStore
from tests.support.layers import MadeImage, digest, file, layer
from tests.support.registries import PASSWORD, USER, FaultyRegistry, RunningRegistry, registry, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

pytestmark = pytest.mark.anyio

MADE = MadeImage([layer(file("a", b"x")), layer(file("noise", os.urandom(300_000)))], {"User": "1000"})


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    with registry(tmp_path_factory.mktemp("registry")) as running:
        running.push(MADE, "team/app", "1")
        yield running


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "state/images")


@pytest.fixture(autouse=True)
def no_login_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


async def test_an_image_is_pulled_by_tag_and_by_digest(real: RunningRegistry, store: ImageStore) -> None:
    said: list[str] = []
    name = parse_name(f"{real.host}/team/app:1")
    image = await Registries().pull(name, store, report=said.append)
    assert [sorted(os.listdir(tree)) for tree in image.trees] == [["a"], ["noise"]]
    assert (image.manifest, image.config.user) == (digest(MADE.manifest), "1000")
    assert store.find(name) == image
    assert any("MiB" in text for text in said)
    assert list(store.downloads.iterdir()) == []
    by_digest = parse_name(f"{real.host}/team/app@{image.manifest}")
    assert store.find(by_digest) == image
    assert (await Registries().pull(by_digest, store)).root == image.root


async def test_the_one_for_this_machine_is_chosen_of_a_list(real: RunningRegistry, store: ImageStore) -> None:
    architecture = json.loads(MADE.configuration)["architecture"]
    manifests = [
        {"digest": digest(b"other"), "platform": {"os": "linux", "architecture": "s390x"}},
        {"digest": digest(MADE.manifest), "platform": {"os": "linux", "architecture": architecture}},
    ]
    faulty = FaultyRegistry(MADE)
    listing = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    faulty.faults.append(
        lambda _, request: request.path.endswith("/manifests/list") and send(request, 200, listing)
    )
    only_other = json.dumps({"schemaVersion": 2, "manifests": manifests[:1]}).encode()
    faulty.faults.append(
        lambda _, request: request.path.endswith("/manifests/other") and send(request, 200, only_other)
    )
    with faulty.run():
        image = await Registries().pull(parse_name(f"{faulty.host}/app:list"), store)
        assert image.manifest == digest(listing)
        with pytest.raises(ImageError, match="only for linux/s390x"):
            await Registries().pull(parse_name(f"{faulty.host}/app:other"), store)


async def test_a_private_registry_over_tls(store: ImageStore, tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    with registry(tmp_path / "registry", login=True, tls=True) as private:
        private.push(MADE, "app", "1")
        name = parse_name(f"{private.host}/app:1")
        trusting = Registries(ca=tmp_path / "registry/authority.pem")
        with pytest.raises(ImageError, match="docker login"):
            await trusting.pull(name, store)
        with pytest.raises(ImageError, match="not allowed"):
            await trusting.pull(name, store, login=Login(USER, "wrong"))
        await trusting.pull(name, store, login=Login(USER, PASSWORD))
        kept = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker/config.json").write_text(json.dumps({"auths": {private.host: {"auth": kept}}}))
        await trusting.pull(name, store)
        with pytest.raises(ImageError):
            await Registries(ca=None).pull(name, ImageStore(tmp_path / "other/images"))


def slow_down(times: int) -> Callable[[FaultyRegistry, BaseHTTPRequestHandler], bool]:
    left = [times]

    def fault(_: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
        left[0] -= 1
        return left[0] >= 0 and send(request, 429, Retry_After="0")

    return fault


def cut_blobs(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    """Break off each blob that is asked for from its beginning, halfway."""
    content = faulty.content(request.path)
    if "/blobs/" not in request.path or "Range" in request.headers or not content or len(content) < 1000:
        return False
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content[: len(content) // 2])
    request.close_connection = True
    return True


def ask_for_token(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    """Want a token of another place, which wants a login."""
    login = Login(USER, PASSWORD).basic
    if request.path.startswith("/token"):
        if request.headers.get("Authorization") != login:
            return send(request, 401)
        return send(request, 200, b'{"access_token": "for-you"}')
    if request.headers.get("Authorization") == "Bearer for-you" or request.path.startswith("/store"):
        return False
    realm = f'Bearer realm="http://{faulty.host}/token",service=here,scope="repository:app:pull"'
    return send(request, 401, WWW_Authenticate=realm)


def redirect_blobs(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    """Send blobs by another host, which gets no login."""
    if request.path.startswith("/store"):
        return "Authorization" in request.headers and send(request, 400)
    if "/blobs/" not in request.path:
        return False
    port = faulty.host.partition(":")[2]
    return send(
        request, 307, Location=f"http://localhost:{port}/store/blobs/{request.path.rpartition('/')[2]}"
    )


FAULTS = {
    "too many requests": [slow_down(3)],
    "cut downloads": [cut_blobs],
    "a token": [ask_for_token],
    "a blob store": [ask_for_token, redirect_blobs],
}


@pytest.mark.parametrize("case", FAULTS)
async def test_what_registries_do_is_lived_with(store: ImageStore, case: str) -> None:
    faulty = FaultyRegistry(MADE, faults=FAULTS[case])
    with faulty.run():
        await Registries().pull(parse_name(f"{faulty.host}/app:1"), store, login=Login(USER, PASSWORD))
    ranges = [asked for asked in faulty.asked if "bytes=" in asked]
    assert bool(ranges) == (case == "cut downloads")


def other_content(_: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    return "/blobs/" in request.path and send(request, 200, b"something else")


def longer(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    content = faulty.content(request.path) or b""
    return len(content) > 100_000 and send(request, 200, content + b"more")


def damaged_layer(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    content = faulty.content(request.path) or b""
    return len(content) > 100_000 and send(request, 200, content[:-9] + b"!" + content[-8:])


def breaks_off(faulty: FaultyRegistry, request: BaseHTTPRequestHandler) -> bool:
    return len(faulty.content(request.path) or b"") > 100_000 and send(request, 200, b"")


HOPELESS: dict[str, tuple[Callable[[FaultyRegistry, BaseHTTPRequestHandler], bool], str]] = {
    "not there": (lambda _, request: send(request, 404, b"no JSON"), "not there"),
    "another configuration": (other_content, "digest"),
    "a layer that is longer": (longer, "more than"),
    "a damaged layer": (damaged_layer, "damaged|digest|behind its end"),
    "a layer that never comes": (breaks_off, "again and again"),
    "an old manifest": (lambda _, request: send(request, 200, b'{"schemaVersion": 1}'), "schema 1"),
    "no manifest": (lambda _, request: send(request, 200, b"<html>"), "no JSON"),
    "layers that are none": (
        lambda faulty, request: "/manifests/" in request.path
        and send(request, 200, b'{"config": ' + json.dumps(json.loads(faulty.made.manifest)["config"]).encode() + b', "layers": [5]}'),
        "not what it should be",
    ),
    "a list that is none": (lambda _, request: send(request, 200, b'{"manifests": 5}'), "not what it should be"),
    "a realm that is no address": (
        lambda _, request: send(request, 401, WWW_Authenticate='Bearer realm="https://[x/"'),
        "where to log in",
    ),
    "a realm without a port": (
        lambda _, request: send(request, 401, WWW_Authenticate='Bearer realm="https://localhost:99999/"'),
        "99999|[Pp]ort",
    ),
    "led to a port that is none": (
        lambda _, request: send(request, 302, Location="http://localhost:99999/"),
        "cannot be pulled",
    ),
    "a large manifest": (lambda _, request: send(request, 200, b" " * (5 << 20)), "more than"),
    "a size that is none": (
        lambda faulty, request: "/manifests/" in request.path
        and send(request, 200, faulty.made.manifest.replace(b'"size": ', b'"size": -')),
        "of the size",
    ),
    "a realm elsewhere": (
        lambda _, request: send(request, 401, WWW_Authenticate='Bearer realm="http://example.com/token"'),
        "not https",
    ),
    "a realm without tokens": (
        lambda faulty, request: send(request, 401, WWW_Authenticate=f'Bearer realm="http://{faulty.host}/token"'),
        "no token",
    ),
    "a login of another kind": (lambda _, request: send(request, 401, WWW_Authenticate="Digest x=y"), "kind"),
    "forbidden": (lambda _, request: send(request, 403), "refuses"),
    "a teapot": (lambda _, request: send(request, 418, b'{"errors": [{"code": "TEAPOT"}]}'), "418 .TEAPOT"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOPELESS)
async def test_what_cannot_be_pulled_leaves_nothing_that_is_used(
    store: ImageStore, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opensandbox.local.images.registry._MOST_BREAKS", 2)
    fault, reason = HOPELESS[case]
    faulty = FaultyRegistry(MADE, faults=[fault])
    with faulty.run():
        name = parse_name(f"{faulty.host}/app:1")
        with pytest.raises(ImageError, match=reason):
            await Registries().pull(name, store)
        assert store.find(name) is None
        faulty.faults.clear()
        await Registries().pull(name, store)


async def test_many_pull_the_same_at_once(real: RunningRegistry, store: ImageStore) -> None:
    name = parse_name(f"{real.host}/team/app:1")
    images = await asyncio.gather(*(Registries().pull(name, store) for _ in range(4)))
    assert len({image.root for image in images}) == 1


async def test_a_mirror_is_asked_before_the_default_registry(
    real: RunningRegistry, store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = parse_name("team/app:1")
    assert (await Registries(mirror=real.host).pull(short, store)).root
    assert store.find(short)
    # One that knows nothing is passed over; here, the default registry is one of our own.
    monkeypatch.setattr(
        "opensandbox.local.images.registry.DEFAULT_REGISTRY", Registry(DEFAULT_REGISTRY.name, real.host)
    )
    nobody = FaultyRegistry(MADE, faults=[lambda _, request: send(request, 404)])
    with nobody.run():
        await Registries(mirror=nobody.host).pull(short, store)
    assert nobody.asked


async def test_a_registry_that_does_not_answer(store: ImageStore) -> None:
    with pytest.raises(ImageError, match="no address of a registry"):
        await Registries().pull(parse_name("localhost:99999/app"), store)
    with pytest.raises(ImageError, match=r"127\.0\.0\.1:1: "):
        await Registries().pull(parse_name("127.0.0.1:1/app"), store)


def test_logins_are_those_of_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_login("registry.example.com") is None
    (tmp_path / "docker").mkdir()
    config = tmp_path / "docker/config.json"
    helper = tmp_path / "docker-credential-test"
    helper.write_text(
        '#!/bin/sh\nread key; case $key in *example.com) echo \'{"Username": "u", "Secret": "s"}\';; *) exit 1;; esac\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    config.write_text(json.dumps({"credsStore": "test", "auths": {"other": {"username": "o"}, "empty": {}}}))
    assert kept_login("registry.example.com") == Login("u", "s")
    assert kept_login("other") == Login("o", "")
    assert kept_login("empty") is None
    assert "s3" not in repr(Login("u", "s3"))
    auth = base64.b64encode(b"hub:x").decode()
    config.write_text(json.dumps({"auths": {f"https://index.{DEFAULT_REGISTRY.name}/v1/": {"auth": auth}}}))
    assert kept_login(DEFAULT_REGISTRY.name) == Login("hub", "x")
    for wrong in ("{", '{"auths": {"a": {"auth": "!"}}}', '{"credHelpers": {"a": "not-there"}}', "[]"):
        config.write_text(wrong)
        with pytest.raises(ImageError):
            kept_login("a")
