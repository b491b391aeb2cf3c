"""What a study says about execution: measures that add up, and nothing about orders that never were."""

from dataclasses import replace

import numpy as np
import pytest
from study_files import STUDY
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.research.execution_lines import execution_lines, ratio_of
from tradewright.research.execution_report import (
    PARTS,
    benchmark_figures,
    execution_report,
    execution_summary,
    shortfall_figures,
)
from tradewright.research.plan import prepare
from tradewright.research.result import bootstrap_options, execute
from tradewright.research.study import parse
from tradewright.research.trying import Nobody
from tradewright.runs.artifacts import json_bytes
from tradewright.validation.stress import SHOCKS
from tradewright.values.errors import UnknownName

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}
WAIVED = STUDY + '[[waivers]]\ncode = "nan-share"\nreason = "the name listed late"\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    own = Workspace(tmp_path_factory.mktemp("workspace"))
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def plan_of(workspace, text: str = WAIVED):
    return prepare(parse(text, "study.toml"), workspace.shelf(pins={"made": workspace.made.id}))


@pytest.fixture(scope="module")
def result(workspace):
    return execute(plan_of(workspace), Nobody())


@pytest.fixture(scope="module")
def report(result):
    return result.execution


def limited(text: str, name: str) -> str:
    return f'{text}\n[execution]\nlimits = "{name}"\n'


def test_every_order_of_the_headline_is_measured(result, report):
    assert len(report.costs) == np.count_nonzero(result.headline.outcome.orders["qty"])
    assert len(report.predicted) == len(report.costs)


def test_the_whole_shortfall_is_the_sum_of_its_parts(report):
    whole, *parts = report.shortfall
    assert whole.name == "Implementation shortfall"
    assert [one.name for one in parts] == list(PARTS.values())
    assert whole.value == pytest.approx(sum(one.value for one in parts))


def test_measures_have_intervals_where_there_are_enough_orders(report):
    assert len(report.costs) >= 30
    assert all(one.interval is not None for one in report.shortfall)
    assert all(one.figure.interval is not None for one in report.quality)


def test_nights_with_a_position_are_some_of_all_nights(report):
    assert 0 < report.held_gaps.nights <= report.gaps.nights
    assert [one.distance for one in report.stops] == [0.01, 0.02, 0.05]
    assert all(one.nights == report.held_gaps.nights for one in report.stops)


def test_every_shock_is_tried_on_the_last_and_on_the_largest_book(report):
    assert [one.shock for one in report.stress] == list(SHOCKS)


def test_the_gateway_of_a_study_is_research_unless_it_says_otherwise(report, result):
    assert report.gateway["limits"] == "research"
    assert report.gateway["passed"] == len(result.headline.outcome.orders)


def test_the_summary_is_plain(report):
    found = json_bytes(execution_summary(report))
    for words in (b"Arrival slippage", b"Fill rate by value", b"Black Monday", b"held nights", b"standing"):
        assert words in found


def test_equal_studies_give_equal_reports(workspace, report):
    again = execute(plan_of(workspace), Nobody()).execution
    assert json_bytes(execution_summary(again)) == json_bytes(execution_summary(report))
    for name in again.costs.dtype.names:
        assert np.array_equal(again.costs[name], report.costs[name], equal_nan=True)


def test_a_study_under_a_risk_profile_says_what_was_refused(workspace):
    result = execute(plan_of(workspace, limited(WAIVED, "conservative")), Nobody())
    gateway = result.execution.gateway
    assert gateway["limits"] == "conservative"
    assert gateway["refused"] > 0
    assert sum(gateway["refused_by"].values()) == gateway["refused"]


def test_a_misspelt_risk_profile_is_refused_before_data_are_read(workspace):
    with pytest.raises(UnknownName, match="Did you mean 'conservative'"):
        plan_of(workspace, limited(WAIVED, "conservativ"))


def test_another_risk_profile_is_another_study(workspace):
    assert plan_of(workspace).study != plan_of(workspace, limited(WAIVED, "balanced")).study


def test_the_runs_that_ask_for_fragility_pass_the_same_gate(workspace, result):
    strict = execute(plan_of(workspace, limited(WAIVED, "conservative")), Nobody())
    assert strict.one_bar_later.value != result.one_bar_later.value


def test_a_run_without_orders_measures_nothing_and_says_so(result, workspace):
    plan = plan_of(workspace)
    idle = replace(result.headline, outcome=without_orders(result.headline.outcome))
    report = execution_report(idle, plan.profile, bootstrap_options(plan))
    assert all(one.value is None and one.reason for one in report.shortfall)
    lines = execution_lines(report)
    assert lines.quality == ()
    assert lines.ratios == ()
    assert lines.gateway.asked == len(idle.outcome.refusals)


def without_orders(outcome):
    return replace(outcome, orders=outcome.orders[:0], fills=outcome.fills[:0])


def test_figures_of_no_orders_are_not_evaluated(report, workspace):
    options = bootstrap_options(plan_of(workspace))
    for one in (*shortfall_figures(report.costs[:0], options), *benchmark_figures(report.costs[:0], options)):
        assert one.value is None


def test_a_ratio_of_few_orders_says_why_it_has_no_interval(report, workspace):
    options = bootstrap_options(plan_of(workspace))
    ratio = ratio_of(shortfall_figures(report.costs[:5], options)[0])
    assert "fewer than 30 orders" in ratio.how
    assert ratio.sample_of == "orders"
