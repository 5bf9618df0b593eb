"""Pages that sandboxes serve, in a real browser and in its words: what they are given, and what they cannot rule."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.local.server.client import Api, assert_error, until
from tests.local.server.programs import HTTP, HTTP_PORT, start
from tests.support.browser import browsing

if TYPE_CHECKING:
    from opensandbox.local import LocalServer

# Tries what the API offers, at the address of the page's own server, and tells that server what came of it.
PAGE = r"""
<!doctype html><body><script>
const api = API, body = JSON.stringify({
  image: {uri: "ubuntu"}, entrypoint: ["tail", "-f", "/dev/null"], resourceLimits: {}, timeout: 600, metadata: {made: "by-a-page"},
});
const asked = (path, options) => fetch(api + path, options).then(answer => answer.text().then(text => answer.status + " " + text));
const sent = (path, options) => fetch(api + path, {mode: "no-cors", ...options}).then(answer => answer.type);
const json = {"Content-Type": "application/json"};
const framed = (prepare) => new Promise((resolve, reject) => {
  const frame = document.createElement("iframe");
  frame.name = "inner" + document.querySelectorAll("iframe").length;
  document.body.append(frame);
  frame.onload = () => { try { resolve(frame.contentDocument.body.textContent); } catch (error) { reject(error); } };
  prepare(frame);
});
const attempts = {
  "list": () => asked("/v1/sandboxes"),
  "create": () => asked("/v1/sandboxes", {method: "POST", headers: json, body}),
  "create with credentials": () => asked("/v1/sandboxes", {method: "POST", headers: json, body, credentials: "include"}),
  "create unread": () => sent("/v1/sandboxes", {method: "POST", body}),
  "create without a referrer": () => sent("/v1/sandboxes", {method: "POST", body, referrerPolicy: "no-referrer"}),
  "create by a form": () => framed(frame => {
    const form = document.createElement("form"), field = document.createElement("input");
    Object.assign(form, {method: "POST", enctype: "text/plain", action: api + "/v1/sandboxes", target: frame.name});
    field.name = body.slice(0, -1) + ',"x":"'; field.value = '"}';
    form.append(field); document.body.append(form); form.submit();
  }),
  "create by a beacon": async () => navigator.sendBeacon(api + "/v1/sandboxes", body) ? "sent" : "kept",
  "read in a frame": () => framed(frame => { frame.src = api + "/v1/sandboxes"; }),
  "token of the daemon": () => asked("/v1/sandboxes/OWN/endpoints/44772"),
  "renew": () => asked("/v1/sandboxes/OWN/renew-expiration", {method: "POST", headers: json, body: "{}"}),
  "delete": () => asked("/v1/sandboxes/OTHER", {method: "DELETE"}),
  "storage": async () => { localStorage.setItem("a", "b"); return "kept " + localStorage.getItem("a"); },
  "cookies": async () => { document.cookie = "a=b"; return "kept " + document.cookie; },
};
(async () => {
  const outcome = {origin: self.origin};
  for (const [name, act] of Object.entries(attempts)) {
    try { outcome[name] = await act(); } catch (error) { outcome[name] = "failed: " + error; }
  }
  await fetch(location.href, {method: "POST", mode: "no-cors", body: JSON.stringify(outcome)});
})();
</script></body>
"""
SERVE = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write({page!r}.encode())
    def do_POST(self):
        with open("/tmp/outcome.new", "wb") as file:
            file.write(self.rfile.read(int(self.headers["Content-Length"])))
        os.rename("/tmp/outcome.new", "/tmp/outcome")
        self.send_response(204)
        self.end_headers()
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"""
# The embedded server as it is, without the walls of this file: what the attempts have to get through.
WITHOUT_WALLS = """
import sys
from opensandbox.local import app
from opensandbox.local.__main__ import main
from opensandbox.local.proxy import http
app.check_page = lambda *args, **named: None
app.own_address = lambda *args: None
http.as_guest = lambda headers, target: headers
sys.exit(main(["--managed", '{"no_key": true, "port": 0, "spares": 0}']))
"""


def attack(api: Api, address: str, page: str, profile: Path) -> dict[str, str]:
    """Let a sandbox serve the page, open it at `page`, and return what it told."""
    own, other = api.create()["id"], api.create()["id"]
    html = PAGE.replace("API", json.dumps(f"http://{address}"), 1).replace("OWN", own).replace("OTHER", other)
    start(api, own, SERVE.format(page=html), HTTP_PORT)
    with browsing(page.format(id=own, address=address), profile):
        told = until(lambda: api.run(own, "cat /tmp/outcome 2>/dev/null || true"), "the page is done", 60)
    outcome: dict[str, str] = json.loads(told)
    assert len(outcome) == 14
    return outcome


def made_by_pages(api: Api) -> list[str]:
    listed = api.client.get("/sandboxes", params={"metadata": "made=by-a-page"})
    return [item["id"] for item in listed.json()["items"]]


@contextmanager
def server_without_walls() -> Iterator[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("OPEN_SANDBOX_API_KEY", None)
    with subprocess.Popen(
        [sys.executable, "-c", WITHOUT_WALLS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"]
        finally:
            process.communicate()


@pytest.mark.long
def test_without_the_walls_a_page_of_a_sandbox_rules_the_server(tmp_path: Path) -> None:
    with (
        server_without_walls() as address,
        httpx.Client(base_url=f"http://{address}/v1", timeout=30) as client,
    ):
        api = Api(client)
        outcome = attack(api, address, "http://{address}/gateway/{id}/8000/", tmp_path)
        assert outcome["origin"] == f"http://{address}"
        won = {
            name
            for name, text in outcome.items()
            if re.match(r"2\d\d |\{\"items|kept a|opaque|basic|sent|kept b", text)
        }
        assert won >= {
            "list",
            "create",
            "read in a frame",
            "token of the daemon",
            "delete",
            "storage",
            "cookies",
        }, outcome
        assert made_by_pages(api)


# By the server's own address, by a name that shares it, and by an address that cannot move.
WAYS = {
    "led to a name of its own": ("http://{address}/gateway/{id}/8000/", "http://8000-{id}.localhost:{port}"),
    "a guest of the server": ("http://app.localhost:{port}/gateway/{id}/8000/", "null"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_of_a_sandbox_rules_nothing(api: Api, server: LocalServer, tmp_path: Path, way: str) -> None:
    page, origin = (text.replace("{port}", str(server.port)) for text in WAYS[way])
    host = page.partition("//")[2].partition("/")[0].replace("{address}", server.domain)
    outcome = attack(api, host, page, tmp_path)
    assert re.fullmatch(origin.replace("{id}", "[0-9a-f-]+"), outcome.pop("origin"))
    own = way.startswith("led")
    for name in ("storage", "cookies"):
        assert outcome.pop(name).startswith("kept " if own else "failed: SecurityError")
    # What a page cannot read may be sent all the same: then it is the server that does nothing.
    sent = {
        outcome.pop(name) for name in ("create unread", "create without a referrer", "create by a beacon")
    }
    assert sent <= {"opaque", "sent"}
    assert {name: text for name, text in outcome.items() if not text.startswith("failed: ")} == {}
    assert made_by_pages(api) == []


def test_answers_of_sandboxes_have_no_origin_at_the_servers_address(
    api: Api, server: LocalServer, sandbox: dict[str, Any]
) -> None:
    start(api, sandbox["id"], HTTP, HTTP_PORT)
    for through_server in (False, True):
        with api.endpoint(sandbox["id"], HTTP_PORT, use_server_proxy=through_server) as port:
            policy = port.get("/").headers["Content-Security-Policy"]
        assert policy.startswith("sandbox ")
        assert "allow-same-origin" not in policy
    own = httpx.get(
        f"{server.url}/a%2Fb?c", headers={"Host": f"{HTTP_PORT}-{sandbox['id']}.localhost:{server.port}"}
    )
    assert own.json()["path"] == "/a%2Fb?c"
    assert "Content-Security-Policy" not in own.headers


@pytest.mark.off_contract("by that name a program answers, not the API")
def test_a_name_of_its_own_leads_to_the_sandbox_alone(
    api: Api, server: LocalServer, sandbox: dict[str, Any]
) -> None:
    start(api, sandbox["id"], HTTP, HTTP_PORT)
    named = {"Host": f"{HTTP_PORT}-{sandbox['id']}.localhost:{server.port}"}
    for path in ("/v1/sandboxes", f"/gateway/{sandbox['id']}/44772/ping", "/health"):
        assert httpx.get(server.url + path, headers=named).json()["path"] == path
    daemon = {"Host": f"44772-{sandbox['id']}.localhost:{server.port}"}
    assert httpx.get(f"{server.url}/metrics", headers=daemon).status_code == 401
    nobody = {"Host": f"8000-nobody.localhost:{server.port}"}
    assert_error(httpx.get(server.url, headers=nobody), 404, "DOCKER::SANDBOX_NOT_FOUND")
    secured = api.create(secureAccess=True)
    refused = httpx.get(server.url, headers={"Host": f"8000-{secured['id']}.localhost"})
    assert_error(refused, 401, "MISSING_OR_INVALID_SECURE_ACCESS")


def test_browsers_alone_are_led_to_the_own_name(server: LocalServer, sandbox: dict[str, Any]) -> None:
    url = f"{server.url}/gateway/{sandbox['id']}/8000/a//b%2F?c=d"
    opens = {"Sec-Fetch-Mode": "navigate"}
    led = httpx.get(url, headers=opens)
    assert led.status_code == 307
    assert led.headers["Location"] == f"http://8000-{sandbox['id']}.localhost:{server.port}/a//b%2F?c=d"
    for response in (
        httpx.get(url),
        httpx.post(url, headers=opens),
        httpx.get(url, headers={"Sec-Fetch-Mode": "cors"}),
    ):
        assert_error(response, 502, "BACKEND_CONNECTION_FAILED")


def test_schemes_of_origins_count(api: Api, server: LocalServer) -> None:
    for origin in (f"https://{server.domain}", f"ftp://{server.domain}", server.domain, f"{server.url}/"):
        assert_error(api.client.get("/sandboxes", headers={"Origin": origin}), 403, "ORIGIN_NOT_ALLOWED")
    for marks in ({"Origin": server.url}, {"Sec-Fetch-Site": "cross-site"}):
        assert api.client.get("/sandboxes", headers=marks).status_code == 200
        assert_error(httpx.get(f"{server.url}/v1/sandboxes", headers=marks), 401, "MISSING_API_KEY")
