"""What the guide of the published interpreter shows, on the blocking side: an image with a start script, over a transport of one's own."""

import json
from datetime import timedelta

import httpx
from code_interpreter import CodeInterpreterSync

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync


def main() -> None:
    transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=20))
    sandbox = SandboxSync.create(
        "opensandbox/code-interpreter:v1.1.0",
        connection_config=ConnectionConfigSync(request_timeout=timedelta(seconds=60), transport=transport),
        entrypoint=["/opt/code-interpreter/code-interpreter.sh"],
        env={"PYTHON_VERSION": "3.11"},
    )
    with sandbox, transport:
        interpreter = CodeInterpreterSync.create(sandbox=sandbox)
        told = interpreter.codes.run("value = 3 + 4\nvalue")
        sandbox.kill()
    print(json.dumps({"value": told.result[0].text}))


if __name__ == "__main__":
    main()
