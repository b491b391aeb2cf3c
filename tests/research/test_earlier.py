"""Luck is priced over all tries with their own records, also those of studies that ran before."""

import json

import numpy as np
import pytest
from study_files import changed
from workspaces import Workspace

from tradewright.research.earlier import _moving, earlier_tries
from tradewright.research.plan import prepare
from tradewright.research.study import parse
from tradewright.research.study_run import pins_of, replay, run_study
from tradewright.research.trying import judged, run
from tradewright.validation.performance import bar_returns
from tradewright.values.errors import StorageFailure

LOOKBACKS, PARTS = "lookback = [40, 60, 80]", "top = [0.34, 0.5]"
FIRST = parse(changed((PARTS, "top = [0.5]")), "first.toml")
SECOND = parse(changed((LOOKBACKS, "lookback = [50, 60, 70, 90]"), (PARTS, "top = [0.5]")), "second.toml")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three configurations of a first study, and four of a second one, of which one is the same."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    return workspace, run_study(FIRST, workspace.ports()), run_study(SECOND, workspace.ports())


def luck(run):
    return next(gate for gate in run.verdict.gates if gate.code == "luck")


def test_every_finished_trial_names_the_returns_it_had(runs):
    workspace, first, _ = runs
    ends = [
        json.loads(event.body) for event in workspace.ledger.events("small") if event.kind.value == "finished"
    ]
    (content,) = workspace.ledger.series([ends[0]["series"]["returns"]])
    np.testing.assert_array_equal(
        np.frombuffer(content), bar_returns(first.result.headline.outcome.equity_usd)
    )


def test_a_later_study_prices_the_records_of_the_ones_before(runs):
    _, first, second = runs
    assert (first.result.earlier, first.context.earlier_until) == (0, 0)
    # 40 and 80 of the first study; 60 is one of the second's own.
    assert second.result.earlier == 2
    assert [price.candidates for price in second.result.search] == [6, 6]
    assert second.context.trials == 6
    assert (
        "6 configurations tried, 2 of them in earlier studies and held against this one"
        in luck(second).reason
    )
    assert "without a record" not in luck(second).reason


def test_a_record_read_again_is_the_one_that_was_had(runs):
    workspace, first, second = runs
    read = earlier_tries(second.plan, workspace.ledger, second.context.earlier_until)
    plan, points = second.plan, {point.trial: point for point in first.plan.points}
    for trial, curves in read.items():
        point = points[trial]
        assert dict(point.parameters)["lookback"] in (40, 80)
        had = judged(plan, point, run(plan, point).outcome)[1]
        np.testing.assert_allclose(curves.over_cash, had.over_cash, rtol=0.0, atol=1e-15)
        # The exposure is the average of the bars of its own study, which were some more.
        np.testing.assert_allclose(curves.over_benchmark, had.over_benchmark, rtol=0.0, atol=1e-3)


def test_a_record_that_never_moved_is_counted_and_does_not_close_the_gate():
    assert not _moving(np.full(9, 1e-4)).any()
    assert _moving(np.array([0.0, 1e-4])).any()
    assert np.isnan(_moving(np.array([np.nan, 1.0]))).any()


def test_a_replay_prices_what_the_run_priced_whatever_was_tried_since(runs):
    workspace, _, second = runs
    third = parse(changed((LOOKBACKS, "lookback = [60, 65]"), (PARTS, "top = [0.5]")), "third.toml")
    # 40 and 50; the slower ones were idle on the first bars of this study, and are counted without a record.
    assert run_study(third, workspace.ports()).result.earlier == 2
    run_id = second.manifest.run_id
    config, context = (workspace.store.read_json(run_id, name) for name in ("config.json", "context.json"))
    shelf = workspace.shelf(pins=pins_of(config, second.manifest.snapshot_id))
    files = replay(config, context, shelf, lambda: workspace.ledger)
    assert all(files[name] == workspace.store.read_bytes(run_id, name) for name in files)


def test_records_of_other_bars_or_another_currency_are_counted_without_their_record(runs):
    workspace, *_ = runs
    until = workspace.ledger.mark().rows
    longer = changed(
        ('first = "2015-01-01"', 'first = "2013-01-01"'), ("start = 2015-01-05", "start = 2014-01-06")
    )
    other = prepare(parse(longer, "longer.toml"), workspace.shelf())
    assert earlier_tries(other, workspace.ledger, until) == {}
    plan = prepare(SECOND, workspace.shelf())
    object.__setattr__(plan.panel, "currency", "EUR")
    assert earlier_tries(plan, workspace.ledger, until) == {}


def test_a_record_is_comparable_from_its_first_possible_decision_on_and_not_while_it_was_idle(runs):
    workspace, first, second = runs
    until = second.context.earlier_until
    slow = {point.trial for point in first.plan.points if dict(point.parameters)["lookback"] == 80}
    assert slow <= set(earlier_tries(second.plan, workspace.ledger, until))
    quick = prepare(
        parse(changed((LOOKBACKS, "lookback = [60]"), (PARTS, "top = [0.5]")), "quick.toml"),
        workspace.shelf(),
    )
    (idle,) = [point for point in first.plan.points if point.trial in slow]
    assert quick.common_start < idle.strategy.warm_up_bars - 1
    assert not slow & set(earlier_tries(quick, workspace.ledger, until))


def test_a_study_is_refused_where_a_record_of_its_hypothesis_is_gone(tmp_path):
    from ledger_stores import InSqlite

    workspace = Workspace(tmp_path)
    run_study(FIRST, workspace.ports())
    InSqlite(tmp_path).edit("DELETE FROM series")
    with pytest.raises(StorageFailure, match="is gone from the trial ledger"):
        run_study(SECOND, workspace.ports())
