"""The gateway's decisions are timed whole: all 23 checks, or nothing is claimed."""

import json
from dataclasses import replace

import pytest
from benchmarks.__main__ import run
from benchmarks.gateway import BARS, CALLED, LOOPED, PLAIN, mean_us, p99_us, run_gateway

from benchmarks import gateway


def quiet(_: str) -> None:
    """Say nothing."""


def test_each_way_to_ask_is_timed_every_round():
    result = run_gateway(2, quiet, scale=0.01)
    assert {name: len(times) for name, times in result.times.items()} == {PLAIN: 2, CALLED: 2, LOOPED: 2}
    assert all(time > 0.0 for times in result.times.values() for time in times)


def test_the_bars_are_those_of_the_design():
    assert [(bar.limit, bar.unit) for bar in BARS] == [(20.0, "us"), (20.0, "us"), (1.0, "us")]


def test_an_order_that_does_not_pass_would_time_too_little(monkeypatch):
    monkeypatch.setattr(gateway, "BOOK", replace(gateway.BOOK, halted=1))
    with pytest.raises(ValueError, match="must pass every check"):
        run_gateway(1, quiet, scale=0.01)


def test_the_slow_calls_are_the_ones_that_count():
    counted = iter(range(1_000))

    def ask() -> None:
        if next(counted) % 50 == 0:
            sum(range(20_000))

    assert p99_us(ask, 1_000) > 50.0


def test_a_mean_is_over_the_decisions_of_one_call():
    assert mean_us(lambda: sum(range(200_000)), 1_000) < mean_us(lambda: sum(range(200_000)), 10)


def test_small_inputs_claim_nothing(capsys, tmp_path):
    figures = tmp_path / "figures.json"
    assert run(["gateway", "--small", "--rounds", "1", "--json", str(figures)]) == 0
    assert "inside a compiled loop" in capsys.readouterr().out
    case = json.loads(figures.read_text())["cases"][0]
    assert case["case"] == "gateway"
    assert not any(bar["claimed"] for bar in case["bars"])
