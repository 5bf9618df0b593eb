"""Run code through the published interpreter's asyncio side, and print what comes as JSON."""

import asyncio

from code_interpreter import CodeInterpreter, SupportedLanguage
from interpreted import report

from opensandbox import Sandbox
from opensandbox.exceptions import SandboxApiException
from opensandbox.models.execd import ExecutionHandlers, OutputMessage


async def main() -> None:
    heard: list[str] = []

    async def hear(message: OutputMessage) -> None:
        heard.append(message.text)

    async with await Sandbox.create("ubuntu") as sandbox:
        interpreter = await CodeInterpreter.create(sandbox)
        codes = interpreter.codes
        context = await codes.create_context(SupportedLanguage.PYTHON)
        first = await codes.run("x = 6 * 7", context=context)
        kept = await codes.run(
            "print('said'); x", context=context, handlers=ExecutionHandlers(on_stdout=hear)
        )
        failed = await codes.run("1 / 0", context=context)
        shell = await codes.run("echo $((6 * 7))", language=SupportedLanguage.BASH)
        listed = await codes.list_contexts(SupportedLanguage.PYTHON)
        await codes.delete_context(context.id)
        try:
            await codes.get_context(context.id)
            refused = None
        except SandboxApiException as failure:
            refused = (failure.status_code, failure.error.code)
        await sandbox.kill()
    report(
        context,
        first=first,
        kept=kept,
        heard=heard,
        failed=failed,
        shell=shell,
        listed=listed,
        refused=refused,
    )


if __name__ == "__main__":
    asyncio.run(main())
