"""Run code through the published interpreter's blocking side, and print what comes as JSON."""

from code_interpreter import CodeInterpreterSync, SupportedLanguage
from interpreted import report

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
    main()
