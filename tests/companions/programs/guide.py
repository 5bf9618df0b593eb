"""What the guide of the published interpreter shows, on the asyncio side: an image with a start script, languages, state, live output."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from code_interpreter import CodeInterpreter, SupportedLanguage

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxApiException
from opensandbox.models.execd import ExecutionHandlers, OutputMessage

JAVA = """
System.out.println("adding");
int left = 4;
int right = 5;
int both = left + right;
System.out.println("both: " + both);
both
"""


async def main() -> None:
    sandbox = await Sandbox.create(
        "opensandbox/code-interpreter:v1.1.0",
        connection_config=ConnectionConfig(request_timeout=timedelta(seconds=60)),
        entrypoint=["/opt/code-interpreter/code-interpreter.sh"],
        env={"PYTHON_VERSION": "3.11", "JAVA_VERSION": "17", "NODE_VERSION": "20", "GO_VERSION": "1.24"},
    )
    async with sandbox:
        interpreter = await CodeInterpreter.create(sandbox=sandbox)
        seen = {
            **await by_context(interpreter.codes),
            **await by_language(interpreter.codes),
            **await live(interpreter.codes),
            **await other_languages(interpreter.codes),
            "pip": (await sandbox.commands.run("pip --version")).exit_code,
        }
        await sandbox.kill()
    print(json.dumps(seen))


async def by_context(codes: Any) -> dict[str, Any]:
    python = await codes.create_context(SupportedLanguage.PYTHON)
    told = await codes.run("import sys\nprint(sys.version)\nvalue = 3 + 4\nvalue", context=python)
    await codes.run("names = ['Ann', 'Bob']\nprint(len(names))", context=python)
    names = await codes.run("names.append('Cid')\nnames", context=python)
    return {
        "version": told.logs.stdout[0].text.startswith("3."),
        "value": told.result[0].text,
        "names": names.result[0].text,
    }


async def by_language(codes: Any) -> dict[str, Any]:
    await codes.run("kept = 8", language=SupportedLanguage.PYTHON)
    kept = await codes.run("kept", language=SupportedLanguage.PYTHON)
    return {"kept": kept.result[0].text}


async def live(codes: Any) -> dict[str, Any]:
    heard: list[str] = []

    async def hear(message: OutputMessage) -> None:
        heard.append(f"{'err' if message.is_error else 'out'} {message.text.strip()}")

    code = "import sys, time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.1)\nprint('bad', file=sys.stderr)"
    python = await codes.create_context(SupportedLanguage.PYTHON)
    await codes.run(code, context=python, handlers=ExecutionHandlers(on_stdout=hear, on_stderr=hear))
    return {"heard": heard}


async def other_languages(codes: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    java = await codes.create_context(SupportedLanguage.JAVA)
    ran = await codes.run(JAVA, context=java)
    seen["java"] = ["".join(piece.text for piece in ran.logs.stdout), ran.result[0].text]
    for language in (SupportedLanguage.JAVASCRIPT, SupportedLanguage.TYPESCRIPT):
        script = await codes.create_context(language)
        ran = await codes.run("console.log('said'); 6 * 7", context=script)
        seen[str(language)] = ["".join(piece.text for piece in ran.logs.stdout), ran.result[0].text]
    try:
        await codes.create_context(SupportedLanguage.GO)
    except SandboxApiException as missing:
        seen["go"] = [missing.status_code, "Jupyter kernel" in str(missing)]
    return seen


if __name__ == "__main__":
    asyncio.run(main())
