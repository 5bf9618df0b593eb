"""The frameworks: each has a driver, `drivers/drive_KEY.py`, and exact versions, `requirements/KEY.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Framework:
    """A framework, its package and the Python that it needs."""

    key: str
    title: str
    package: str
    python: str

    @property
    def driver(self) -> Path:
        """The program that drives it."""
        return HERE / "drivers" / f"drive_{self.key}.py"

    @property
    def requirements(self) -> Path:
        """The package and all that it needs, exactly, without the SDK."""
        return HERE / "requirements" / f"{self.key}.txt"

    @property
    def name(self) -> str:
        """What a table calls it."""
        pins = dict(
            line.split("==") for line in self.requirements.read_text("utf-8").splitlines() if "==" in line
        )
        return f"{self.title} (`{self.package}` {pins[self.package]}), Python {self.python}"


FRAMEWORKS = (
    Framework("harbor", "Harbor", "harbor", "3.12"),
    Framework("rock", "ROCK", "rl-rock", "3.11"),
    Framework("google_adk", "Google ADK", "google-adk", "3.11"),
    Framework("langchain", "LangChain", "langchain-sandbox-opensandbox", "3.11"),
    Framework("nemo_gym", "NeMo Gym", "nemo-gym", "3.12"),
    Framework("agentscope", "AgentScope", "agentscope", "3.11"),
)
