"""Run code through the published interpreter's blocking side, and print what comes as JSON."""

import json

from code_interpreter import CodeInterpreterSync, SupportedLanguage

from opensandbox import SandboxSync
from opensandbox.exceptions import SandboxApiException
from opensandbox.models.execd import OutputMessage
from opensandbox.models.execd_sync import ExecutionHandlersSync


def main() -> None:
    heard: list[str] = []

    def hear(message: OutputMessage) -> None:
        heard.append(message.text)

    with SandboxSync.create("ubuntu") as sandbox:
        interpreter = CodeInterpreterSync.create(sandbox)
        codes = interpreter.codes
        context = codes.create_context(SupportedLanguage.PYTHON)
        first = codes.run("x = 6 * 7", context=context)
        kept = codes.run("print('said'); x", context=context, handlers=ExecutionHandlersSync(on_stdout=hear))
        failed = codes.run("1 / 0", context=context)
        shell = codes.run("echo $((6 * 7))", language=SupportedLanguage.BASH)
        listed = codes.list_contexts(SupportedLanguage.PYTHON)
        codes.delete_context(context.id)
        try:
            codes.get_context(context.id)
            refused = None
        except SandboxApiException as failure:
            refused = (failure.status_code, failure.error.code)
        sandbox.kill()
    found = {
        "complete": first.complete is not None,
        "result": kept.result[0].text,
        "printed": [message.text for message in kept.logs.stdout],
        "heard": heard,
        "error": failed.error and failed.error.name,
        "shell": [message.text for message in shell.logs.stdout],
        "listed": context.id in [known.id for known in listed],
        "refused": refused,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
