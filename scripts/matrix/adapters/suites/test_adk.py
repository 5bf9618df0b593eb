"""Google ADK: the executor side by side with the framework's own, and an agent without a model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

import pytest
from google.adk.agents import LlmAgent
from google.adk.code_executors import UnsafeLocalCodeExecutor
from google.adk.code_executors.code_execution_utils import CodeExecutionInput, File
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types

from opensandbox.exceptions import SandboxException
from opensandbox.integrations.adk import OpenSandboxCodeExecutor


@pytest.fixture(scope="module")
def executor() -> Iterator[OpenSandboxCodeExecutor]:
    executor = OpenSandboxCodeExecutor()
    yield executor
    executor.close()


def run(executor, code: str, *files: File):
    return executor.execute_code(None, CodeExecutionInput(code=code, input_files=list(files)))


@pytest.mark.parametrize(
    "code",
    [
        "print('hello')",
        "print('a'); print('b')",
        "print('grüße 你好')",
        "x = 1",
        "def f():\n    return 6 * 7\nprint(f())",
        "if __name__ == '__main__':\n    print('main')",
        "print('before')\n1 / 0",
    ],
)
def test_as_the_frameworks_own(executor: OpenSandboxCodeExecutor, code: str) -> None:
    ours, own = run(executor, code), run(UnsafeLocalCodeExecutor(), code)
    assert ours.stdout == own.stdout
    assert bool(ours.stderr) == bool(own.stderr)
    assert ("ZeroDivisionError" in ours.stderr) == (
        "ZeroDivisionError" in own.stderr or "division by zero" in own.stderr
    )


def test_exit_codes(executor: OpenSandboxCodeExecutor) -> None:
    assert run(executor, "print(1)").exit_code == 0
    assert run(executor, "raise SystemExit(3)").exit_code == 3
    assert "FileNotFoundError" in run(executor, "open('/no/such')").stderr


def test_files(executor: OpenSandboxCodeExecutor) -> None:
    code = "text = open('in.csv').read()\nopen('out.txt', 'w').write(text.upper())"
    result = run(executor, code, File("in.csv", b"a,b", "text/csv"))
    ((name, content, kind),) = [(file.name, file.content, file.mime_type) for file in result.output_files]
    assert (name, content, kind) == ("out.txt", b"A,B", "text/plain")


def test_programs_know_nothing_of_each_other_and_a_stateful_one_does(
    executor: OpenSandboxCodeExecutor,
) -> None:
    run(executor, "x = 41")
    assert "NameError" in run(executor, "print(x)").stderr
    stateful = OpenSandboxCodeExecutor(stateful=True, timeout_seconds=2)
    run(stateful, "x = 41")
    assert run(stateful, "print(x + 1)").stdout == "42\n"
    late = run(stateful, "import time; time.sleep(600)")
    assert (late.exit_code, late.stderr) == (-1, "the code was ended after 2 s")
    assert run(stateful, "x").stdout == "41\n"
    stateful.close()


def test_code_that_takes_too_long() -> None:
    executor = OpenSandboxCodeExecutor(timeout_seconds=1)
    result = run(executor, "print('before', flush=True)\nimport time; time.sleep(600)")
    assert (result.exit_code, result.stdout) == (-1, "before\n")
    executor.close()


def test_huge_output(executor: OpenSandboxCodeExecutor) -> None:
    result = run(executor, "print('first')\nfor _ in range(3000): print('x' * 1000)\nprint('last')")
    assert len(result.stdout) < 1_100_000
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("last\n")


def test_a_sandbox_that_dies_is_an_error_and_close_makes_room_for_a_new_one() -> None:
    executor = OpenSandboxCodeExecutor()
    run(executor, "1")
    executor._kept.sandbox.kill()
    with pytest.raises(SandboxException):
        run(executor, "1")
    executor.close()
    assert run(executor, "print(1)").stdout == "1\n"
    executor.close()


class Scripted(BaseLlm):
    """A model that says what it was given to say."""

    steps: list[str]
    heard: list[str] = []

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        self.heard.append(str(llm_request.contents[-1].parts))
        yield LlmResponse(content=types.Content(role="model", parts=[types.Part(text=self.steps.pop(0))]))


def test_an_agent_runs_fixes_and_runs(executor: OpenSandboxCodeExecutor) -> None:
    model = Scripted(
        model="scripted",
        steps=["```python\nprint(6 * seven)\n```", "```python\nprint(6 * 7)\n```", "It prints 42."],
    )
    agent = LlmAgent(name="coder", model=model, code_executor=executor)
    runner = InMemoryRunner(agent=agent, app_name="app")
    session = runner.session_service.create_session_sync(app_name="app", user_id="user")
    message = types.Content(role="user", parts=[types.Part(text="Print 6 times 7.")])
    events = list(runner.run(user_id="user", session_id=session.id, new_message=message))
    assert events[-1].content.parts[-1].text == "It prints 42."
    assert "NameError" in model.heard[1]
    assert "42" in model.heard[2]
