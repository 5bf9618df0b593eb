"""Programs that the tests run inside sandboxes: plain sockets, so that every byte on the wire is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local.server.client import until

if TYPE_CHECKING:
    from tests.local.server.client import Api

HTTP_PORT = 8000
WEBSOCKET_PORT = 8001

HTTP = f"""
import http.server, json, threading

go, gone = threading.Event(), threading.Event()

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
        self.wfile.flush()

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def handle_any(self):
        path = self.path.partition("?")[0]
        if path == "/stream":  # two chunks, the second one only after /go
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.chunk(b"one")
            go.wait(20)
            self.chunk(b"two")
            self.chunk(b"")
        elif path == "/go":
            go.set()
            self.answer(b"")
        elif path == "/flood":  # until the other side leaves
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.chunk(b"x" * 65536)
            except OSError:
                gone.set()
                self.close_connection = True
        elif path == "/gone":
            self.answer(b"yes" if gone.wait(20) else b"no")
        elif path == "/broken":  # less than promised
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n")
            self.wfile.flush()
            self.connection.shutdown(2)
            self.close_connection = True
        elif path == "/drop":
            self.connection.shutdown(2)
            self.close_connection = True
        elif path.startswith("/redirect"):
            self.answer(b"", 302, Location=self.headers["X-To"])
        else:
            seen = dict(method=self.command, path=self.path, headers=self.headers.items(), body=self.body().decode("latin-1"))
            self.answer(json.dumps(seen).encode(), 201, X_Custom="kept", Connection="X-Hop", X_Hop="dropped")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_any

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", {HTTP_PORT}), Handler).serve_forever()
"""

WEBSOCKET = f"""
import base64, hashlib, socketserver, struct

class Handler(socketserver.StreamRequestHandler):
    def frame(self, opcode, data, final=True):
        size = struct.pack("!B", len(data)) if len(data) < 126 else struct.pack("!BQ", 127, len(data))
        self.wfile.write(bytes([(128 if final else 0) | opcode]) + size + data)

    def handle(self):
        path = self.rfile.readline().split()[1].decode()
        headers = dict()
        while line := self.rfile.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if path == "/refuse":
            self.wfile.write(b"HTTP/1.1 403 Forbidden\\r\\nContent-Length: 3\\r\\n\\r\\nno\\n")
            return
        digest = hashlib.sha1((headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        answer = "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
        answer += "Sec-WebSocket-Accept: " + base64.b64encode(digest).decode() + "\\r\\n"
        if "sec-websocket-protocol" in headers:
            answer += "Sec-WebSocket-Protocol: " + headers["sec-websocket-protocol"].split(", ")[-1] + "\\r\\n"
        self.wfile.write(answer.encode() + b"\\r\\n")
        self.frame(1, path.encode())
        while True:
            opcode, data = self.read_frame()
            if opcode == 8:
                open("/tmp/close-code", "w").write(str(struct.unpack("!H", data[:2])[0]))
                return
            if data == b"fragments":
                self.frame(1, "g\\u00fc".encode()[:2], final=False)
                self.frame(9, b"ping")
                self.frame(0, "g\\u00fc".encode()[2:])
            elif data == b"close":
                self.frame(8, struct.pack("!H", 4001) + b"enough")
                return
            elif data == b"drop":
                return
            elif opcode in (1, 2):
                self.frame(opcode, data)

    def read_frame(self):
        first, size = self.rfile.read(2)
        size &= 127
        if size > 125:
            size = struct.unpack("!H" if size == 126 else "!Q", self.rfile.read(2 if size == 126 else 8))[0]
        mask, data = self.rfile.read(4), self.rfile.read(size)
        return first & 15, bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

Server(("127.0.0.1", {WEBSOCKET_PORT}), Handler).serve_forever()
"""


def start(api: Api, sandbox_id: str, program: str, port: int) -> None:
    """Run a Python program in the sandbox and wait until it listens."""
    with api.endpoint(sandbox_id) as execd:
        answer = execd.post("/command", json={"argv": ["python3", "-c", program], "background": True})
    assert answer.status_code == 200, answer.text
    listening = f"grep -q ':{port:04X} 00000000:0000 0A' /proc/net/tcp && echo yes"
    until(lambda: api.run(sandbox_id, listening) == "yes", f"port {port} is listened on")
