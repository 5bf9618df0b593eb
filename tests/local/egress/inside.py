"""Programs that run inside a sandbox: honest ones, and one that tries to get out by every way it can think of."""

# Prints one line of JSON: attempt -> what came of it. "out" means that a byte from outside arrived.
ESCAPE = r"""
import json, os, socket, ssl, struct, sys
target, port, proxy_port, server_port, denied = sys.argv[1], int(sys.argv[2]), 18079, int(sys.argv[3]), sys.argv[4]
def attempt(act):
    try:
        return "out" if act() else "nothing"
    except Exception as error:
        return type(error).__name__ + ": " + str(error)[:80]
def tcp(host, port, family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(5)
        s.connect((host, port))
        return True
def udp(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", (host, port))
        return s.recv(1)
def raw(kind):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, kind) as s:
        s.sendto(b"x" * 64, ("1.1.1.1", 0))
        return True
def packet():
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind(("lo", 0))
        return False
def through_proxy(request):
    with socket.create_connection(("127.0.0.1", proxy_port), 10) as s:
        s.sendall(request)
        s.settimeout(15)
        answer = s.recv(100)
        return answer.startswith(b"HTTP/1.1 200")
def fronted(sni):
    with socket.create_connection(("127.0.0.1", proxy_port), 10) as s:
        s.sendall(b"CONNECT web.example.com:443 HTTP/1.1\r\nHost: web.example.com:443\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
        context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(s, server_hostname=sni) as tls:
            return tls.version()
def get(host, name):
    return through_proxy(f"GET http://{host}/ HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
def connect(host):
    return through_proxy(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
def unproxied():
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    import urllib.request
    return urllib.request.urlopen("http://plain.example.com/", timeout=5).read()
attempts = {
    "tcp to the target": lambda: tcp(target, port),
    "tcp to the internet": lambda: tcp("1.1.1.1", 443),
    "tcp over IPv6": lambda: tcp("2606:4700:4700::1111", 443, socket.AF_INET6),
    "tcp to the cloud's metadata": lambda: tcp("169.254.169.254", 80),
    "dns": lambda: udp("8.8.8.8", 53),
    "dns on loopback": lambda: udp("127.0.0.1", 53),
    "dns of systemd": lambda: udp("127.0.0.53", 53),
    "resolver": lambda: socket.getaddrinfo("example.com", 80),
    "icmp": lambda: raw(socket.IPPROTO_ICMP),
    "packets": packet,
    "the egress api on loopback": lambda: tcp("127.0.0.1", 18080),
    "the server on loopback": lambda: tcp("127.0.0.1", server_port),
    "the server through the proxy": lambda: get(f"127.0.0.1:{server_port}", f"127.0.0.1:{server_port}"),
    "the server by name": lambda: get(f"localhost:{server_port}", f"localhost:{server_port}"),
    "a tunnel to the server": lambda: connect(f"127.0.0.1:{server_port}"),
    "a denied name": lambda: get(denied, denied),
    "a tunnel to a denied name": lambda: connect(f"{denied}:80"),
    "an address": lambda: connect(f"{target}:{port}"),
    "an address in disguise": lambda: connect(f"2130706433:{port}"),
    "an odd port of a denied name": lambda: connect(f"{denied}:22"),
    "another name in the Host header": lambda: get("plain.example.com", denied),
    "another name in TLS": lambda: fronted("secret.example.org"),
    "no name in TLS": lambda: fronted(None),
    "without proxy variables": unproxied,
}
print(json.dumps({name: attempt(act) for name, act in attempts.items()}))
"""

NODE = r"""
const http = require("http"), tls = require("tls"), fs = require("fs");
const proxy = new URL(process.env.https_proxy);
const request = http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: "web.example.com:443" });
request.on("connect", (answer, socket) => {
  const ca = fs.readFileSync(process.env.SSL_CERT_FILE);
  const secured = tls.connect({ socket, servername: "web.example.com", ca }, () => {
    secured.write("GET /node HTTP/1.1\r\nHost: web.example.com\r\nConnection: close\r\n\r\n");
    secured.on("data", (data) => process.stdout.write(String(data).split("\r\n").pop()));
  });
});
request.end();
"""
