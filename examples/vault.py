"""Lend a secret: requests to one host get it on their way out, and nothing inside can read it.

When: an agent has to call an API with your key. The policy denies every other host.
"""

from opensandbox import SandboxSync
from opensandbox.local import LocalServer

SECRET = "a-secret-of-yours"

with LocalServer() as server:
    with SandboxSync.ephemeral(
        "ubuntu",
        network_policy={
            "default_action": "deny",
            "egress": [{"action": "allow", "target": "api.example.com"}],
        },
        credential_proxy={"enabled": True},
        connection_config=server.connection_config_sync(),
    ) as sandbox:
        sandbox.credential_vault.create(
            credentials=[{"name": "api", "source": {"value": SECRET}}],
            bindings=[
                {
                    "name": "api",
                    "match": {"hosts": ["api.example.com"], "paths": ["/v1/*"]},
                    "auth": {"type": "bearer", "credential": "api"},
                }
            ],
        )
        state = sandbox.credential_vault.get()
        print("bindings:", [binding.name for binding in state.bindings])
        found = sandbox.commands.run(f"env | grep -c {SECRET}; grep -rc {SECRET} /proc/self/environ")
        print("inside, the secret is found", found.stdout.split(), "times")
        status = "curl -s -m 5 -o /dev/null -w '%{http_code}' http://other.example.com"
        print("another host is answered with", sandbox.commands.run(status).stdout)
