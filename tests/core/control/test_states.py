"""Words for states that callers write: known ones, misspelt ones, and those of newer servers."""

import pytest

from opensandbox._core.control.states import SANDBOX_STATES, SNAPSHOT_STATES, check_states
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import SandboxState


def test_every_public_word_is_known() -> None:
    assert SandboxState.values() <= set(SANDBOX_STATES)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Runing", "Running"),
        ("runnning", "Running"),
        ("Pasued", "Paused"),
        ("Fialed", "Failed"),
        ("Terminted", "Terminated"),
        ("Stoping", "Stopping"),
        ("Resumming", "Resuming"),
    ],
)
def test_a_misspelt_state_is_refused_with_the_one_that_was_meant(word: str, meant: str) -> None:
    with pytest.raises(
        InvalidArgumentException, match=f"states: unknown state '{word}'; did you mean '{meant}'"
    ):
        check_states("states", ["Running", word], SANDBOX_STATES)


@pytest.mark.parametrize("word", [*SANDBOX_STATES, *map(str.lower, SANDBOX_STATES), "PAUSED"])
def test_letter_case_does_not_matter(word: str) -> None:
    check_states("states", [word], SANDBOX_STATES)


@pytest.mark.parametrize(
    "word",
    [
        "Starting",
        "Started",
        "Resumed",
        "Creating",
        "Deleted",
        "Evicted",
        "Hibernating",
        "Restoring",
        "Queued",
    ],
)
def test_words_of_newer_servers_go_through(word: str) -> None:
    check_states("states", [word], SANDBOX_STATES)


def test_snapshots_have_states_of_their_own() -> None:
    check_states("states", ["Ready", "deleting"], SNAPSHOT_STATES)
    with pytest.raises(InvalidArgumentException, match="did you mean 'Creating'"):
        check_states("states", ["Createing"], SNAPSHOT_STATES)
