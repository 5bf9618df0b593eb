"""An image of your own: prepare a sandbox, make a template of it, and start from the template by id.

When: many sandboxes need the same programs and files, also tomorrow: with `--state-dir` templates outlive the server.
"""

import asyncio
from datetime import timedelta

from opensandbox import Sandbox, SandboxManager
from opensandbox.local import LocalServer
from opensandbox.models.templates import CreateTemplateRequest, TemplateReadiness


async def main() -> None:
    async with LocalServer() as server:
        config = server.connection_config()
        async with await SandboxManager.create(config) as manager:
            async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
                greet = "#!/bin/sh\necho hello from my image\n"
                await sandbox.files.write_file("/usr/local/bin/greet", greet, mode=755)
                snapshot = await manager.wait_for_snapshot((await sandbox.create_snapshot("tools")).id)
            request = CreateTemplateRequest(
                image=f"snapshot:{snapshot.id}",
                publish="s3://images/tools",
                readiness=TemplateReadiness(warmup_seconds=0),
            )
            template = await manager.wait_for_template((await manager.create_template(request)).template_id)
            started = await Sandbox.create_from_template(
                template.template_id, timeout=timedelta(minutes=10), connection_config=config
            )
            async with started:
                print((await started.commands.run("greet")).stdout, end="")
                await started.kill()


asyncio.run(main())
