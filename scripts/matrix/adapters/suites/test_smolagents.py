"""smolagents: an agent without a model whose code runs in a sandbox, and the executor by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smolagents import CodeAgent, Tool
from smolagents.models import ChatMessage, MessageRole, Model
from smolagents.utils import AgentError

from opensandbox.exceptions import SandboxException
from opensandbox.integrations.smolagents import OpenSandboxExecutor
from opensandbox.local import LocalServer


class Doubler(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "what to double"}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return number * 2


class Scripted(Model):
    """A model that says what it was given to say."""

    def __init__(self, *steps: str) -> None:
        super().__init__(model_id="scripted")
        self.steps = list(steps)
        self.heard: list[str] = []

    def generate(self, messages, **_):
        self.heard.append(str(messages[-1].content))
        code = self.steps.pop(0)
        return ChatMessage(role=MessageRole.ASSISTANT, content=f"Thought: go on.\n<code>\n{code}\n</code>")


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    """A server whose sandboxes have what the framework's own tools import: not every machine lets a sandbox ask an index."""
    with LocalServer(packages=["numpy", "pillow"]) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPEN_SANDBOX_DOMAIN", server.domain)
        patch.setenv("OPEN_SANDBOX_API_KEY", server.api_key)
        yield


@pytest.fixture(scope="module")
def executor() -> Iterator[OpenSandboxExecutor]:
    executor = OpenSandboxExecutor()
    yield executor
    executor.cleanup()


def test_agent_writes_runs_fixes_and_answers() -> None:
    model = Scripted(
        "open('/tmp/f.py', 'w').write('print(1 / 0)')\nx = double(number=21)",
        "exec(open('/tmp/f.py').read())",
        "open('/tmp/f.py', 'w').write('print(x)')\nexec(open('/tmp/f.py').read())",
        "final_answer(x)",
    )
    with CodeAgent(tools=[Doubler()], model=model, executor=OpenSandboxExecutor()) as agent:
        assert agent.run("go") == 42
    assert "ZeroDivisionError" in model.heard[2]
    assert "42" in model.heard[3]


def test_state_and_values(executor: OpenSandboxExecutor) -> None:
    executor.send_variables({"word": "grüße", "numbers": [1, 2.5]})
    assert executor("numbers.append(3); word").output == "'grüße'"
    output = executor("print('out'); numbers")
    assert (output.output, output.logs, output.is_final_answer) == ("[1, 2.5, 3]", "out\n", False)
    assert executor("y = 1").output is None


def test_pictures_are_returned(executor: OpenSandboxExecutor) -> None:
    code = """
import base64
class Picture:
    def _repr_png_(self):
        return base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
Picture()
"""
    assert executor(code).output.size == (1, 1)


def test_a_package_that_cannot_be_installed_is_logged(
    executor: OpenSandboxExecutor, capsys: pytest.CaptureFixture[str]
) -> None:
    executor.install_packages(["./no/such/package"])
    assert "pip could not install ./no/such/package" in capsys.readouterr().out


def test_code_that_fails_tells_its_output_and_its_error(executor: OpenSandboxExecutor) -> None:
    with pytest.raises(AgentError, match=r"(?s)before.*FileNotFoundError.*/no/such"):
        executor("print('before'); open('/no/such')")


def test_code_that_takes_too_long_is_interrupted_and_variables_stay() -> None:
    executor = OpenSandboxExecutor(timeout=2)
    executor("kept = 1")
    with pytest.raises(AgentError, match="(?s)before.*interrupted after 2 s"):
        executor("import time; print('before', flush=True); time.sleep(600)")
    assert executor("kept").output == "1"
    executor.cleanup()


def test_huge_output_is_cut(executor: OpenSandboxExecutor) -> None:
    logs = executor("print('first'); print('x' * 3_000_000); print('last')").logs
    assert len(logs) < 1_100_000
    assert logs.startswith("first")
    assert logs.endswith("last\n")


def test_a_sandbox_that_dies_is_an_error() -> None:
    executor = OpenSandboxExecutor()
    executor.sandbox.kill()
    with pytest.raises(SandboxException):
        executor("1")
    executor.cleanup()
