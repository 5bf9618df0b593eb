"""Print how many TLS contexts N creations made, and the time of each: `create_over_https.py N DOMAIN`."""

import json
import ssl
import sys
import time

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync

contexts = 0
original = ssl.SSLContext.load_verify_locations


def counted(self, *arguments, **options):
    """Count the contexts that read certificates, which is what costs time."""
    global contexts
    contexts += 1
    return original(self, *arguments, **options)


ssl.SSLContext.load_verify_locations = counted

milliseconds = []
sandboxes = []
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    settings = ConnectionConfigSync(domain=sys.argv[2], api_key="k", protocol="https")
    sandboxes.append(SandboxSync.create("ubuntu", connection_config=settings))
    milliseconds.append((time.perf_counter() - start) * 1000)
for sandbox in sandboxes:
    sandbox.close()
print(json.dumps({"contexts": contexts, "milliseconds": milliseconds}))
