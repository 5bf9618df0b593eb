"""What only the blocking half of `opensandbox._concurrency.pairs` does: threads, interrupts and forks, in real processes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time

import pytest

from opensandbox._concurrency.pairs import gather_bounded
from opensandbox._concurrency.threads import Event, Helper, begin
from tests.support.interrupts import KINDS, interrupted_at_instants

# An exception inside of what measures coverage leaves its lock taken, for ever.
pytestmark = pytest.mark.no_cover

needs_fork = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no fork and no SIGINT to send to oneself"
)


def run(program: str) -> subprocess.CompletedProcess[str]:
    prelude = "from opensandbox._concurrency.pairs import *\nfrom opensandbox._concurrency.background import *\nimport os, signal, sys, time\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + textwrap.dedent(program)], capture_output=True, text=True, timeout=30
    )


def test_first_failure_of_a_gather_is_raised_when_the_running_have_ended() -> None:
    running, failing, ended = threading.Event(), threading.Event(), list[int]()

    def call(item: int) -> None:
        if item == 1:
            assert running.wait(10)
            failing.set()
            raise ValueError("second")
        running.set()
        assert failing.wait(10)
        time.sleep(0.05)  # time for a gather that does not wait to be caught
        ended.append(item)

    with pytest.raises(ValueError, match="second"):
        gather_bounded(call, range(2), 2)
    assert ended == [0]


def test_worker_does_not_keep_the_process_from_ending() -> None:
    done = run("""
        worker = Worker(lambda: time.sleep(3600), "endless")
        assert worker.alive
        print("end of program")
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end of program\n", "")


def test_process_waits_for_the_background() -> None:
    done = run("""
        def clean_up():
            time.sleep(0.1)
            print("cleaned up")
        in_background(clean_up, 10)
        print("end of program")
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end of program\ncleaned up\n", "")


@needs_fork
def test_interrupted_caller_goes_on_at_once_and_what_must_finish_is_undone() -> None:
    done = run("""
        from threading import Event as Flag
        felt = Flag()
        def operation():
            os.kill(os.getpid(), signal.SIGINT)
            assert felt.wait(10)
            print("answered")
            return "made"
        try:
            finish_or_undo(operation, lambda result: print(result, "undone"), 10)
        except KeyboardInterrupt:
            print("interrupted")
            felt.set()
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\nanswered\nmade undone\n", "")


@needs_fork
def test_forked_child_is_a_scope_of_its_own() -> None:
    done = run("""
        before = scope_key()
        assert scope_key() is before
        child = os.fork()
        if child == 0:
            os._exit(scope_key() is before)
        assert os.waitpid(child, 0)[1] == 0
        assert scope_key() is before
    """)
    assert (done.returncode, done.stderr) == (0, "")


@needs_fork
def test_forked_child_does_not_wait_for_the_work_of_its_parent() -> None:
    done = run("""
        import multiprocessing
        from threading import Event as Flag
        ended = Flag()
        in_background(ended.wait, 60)
        child = multiprocessing.get_context("fork").Process(target=int)
        child.start()
        child.join()  # which outlasts `run`, if the child waits
        assert child.exitcode == 0
        ended.set()
    """)
    assert (done.returncode, done.stderr) == (0, "")


def test_work_is_done_by_the_caller_where_there_are_no_more_threads() -> None:
    done = run("""
        import _thread
        def none_left(*_):
            raise RuntimeError("can't create new thread at interpreter shutdown")
        _thread.start_new_thread = none_left
        print(undisturbed(lambda: "done", lambda _: None, 30))
    """)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_program_whose_end_waits_says_what_for() -> None:
    done = run("""
        def removal_of_a_sandbox():
            time.sleep(2.5)
        in_background(removal_of_a_sandbox, 30)
    """)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "the program ends when this is over, in 30 s at the latest" in line
    assert "removal_of_a_sandbox" in line


@pytest.mark.parametrize("kind", KINDS)
def test_event_that_is_broken_off_at_any_instant_wakes_its_waiters_all_the_same(
    kind: type[BaseException],
) -> None:
    def ring() -> None:
        event.set()
        event.clear()

    event = Event()
    for run in interrupted_at_instants(ring, kind):
        assert run.failure is None or type(run.failure) is kind
        waiter = Helper(lambda: event.wait_for(None), "waiter")
        event.set()
        assert waiter.join(10)
        event.clear()


def test_work_that_was_begun_when_its_caller_was_broken_off_is_done() -> None:
    done: list[int] = []
    for run in interrupted_at_instants(lambda: begin(lambda: done.append(1), "work"), KeyboardInterrupt):
        assert run.failure is None or type(run.failure) is KeyboardInterrupt
        ended = Helper(lambda: None, "another")
        assert ended.join(10)  # the next one finds a thread
    assert done
