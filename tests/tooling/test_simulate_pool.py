"""The simulation of pools, in small: what the plan promises about many workers holds."""

from __future__ import annotations

from scripts.simulate_pool import Options, World


def test_full_pools_serve_everybody_at_once_with_a_command_each() -> None:
    figures = World(Options(pools=4, workers=40, acquires=200, size=400, seconds=3, patience=3)).run()

    assert figures["acquires"] > 500
    assert figures["served at once"] == figures["acquires"]
    assert figures["commands for an acquire, its own"] == 1.0
    assert figures["commands for an acquire, with its replacement"] < 6
    assert figures["commands in an idle second, one member"] < 0.8
    # A creation takes 0.3 s; what comes on top is the pool's doing.
    assert figures["replaced after, 99th percentile (s)"] < 0.4
    assert figures["idle at most, in one pool"] <= 100


def test_those_who_queue_are_served_in_their_order() -> None:
    figures = World(Options(pools=2, workers=20, acquires=200, size=40, seconds=3)).run()

    assert figures["served after queueing"] > 300
    assert figures["served before somebody who came earlier"] == 0
    assert figures["gave up"] == 0
    assert figures["waited, 99th percentile (s)"] < 0.5
