"""A study that teaches a model: forecast as time goes by, traded, judged, audited, kept and replayed."""

import importlib.util
import io
import json
import re

import msgspec
import numpy as np
import polars as pl
import pytest
from study_files import STUDY
from workspaces import Workspace

from tradewright.models import extra
from tradewright.research import model_plan
from tradewright.research.forecast_lines import ridge_words, skill_words
from tradewright.research.forecasting import taught
from tradewright.research.plan import prepare
from tradewright.research.study import parse, study_hash
from tradewright.research.study_run import causes_of, pins_of, replay, run_study
from tradewright.research.trying import Nobody, refuse_own_file
from tradewright.runs.manifest import sha256_of
from tradewright.runs.spread import PROCESSES, Workers
from tradewright.validation.figure import Figure, Interval
from tradewright.validation.verdict import Status
from tradewright.values.errors import InvalidOption, UnknownName

WITH_ML = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="the extra [ml] is not installed"
)
MODEL = """
[model]
name = "ridge"
features = ["simple_return", "rsi", "sma_ratio"]
horizons_bars = [1, 5]
train_bars = 200
refit_bars = 120
"""
BEGIN, END = STUDY.index("[strategy]"), STUDY.index("[account]")
READER = """[strategy]
name = "forecast"

[strategy.parameters]
horizon = 5
top = 0.34

[strategy.grid]
top = [0.34, 0.5]

"""
TAUGHT = STUDY[:BEGIN] + READER + STUDY[END:] + MODEL


def other(*replacements: tuple[str, str]):
    text = TAUGHT
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return parse(text, "study.toml")


OPTIONS = other()
# Another recipe under the same hypothesis, tried before: one configuration, whose record is priced.
BEFORE = other(('name = "ridge"', 'name = "naive"'), ("top = [0.34, 0.5]", "top = [0.34]"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    run_study(BEFORE, workspace.ports())
    return workspace, run_study(OPTIONS, workspace.ports())


def as_made(*replacements):
    """A changed study on the market that has been made already."""
    options = other(*replacements)
    return msgspec.structs.replace(options, data=msgspec.structs.replace(options.data, synthetic=None))


def planned(workspace, *replacements):
    return prepare(as_made(*replacements), workspace.shelf())


def table(workspace, run, name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO((workspace.store.folder(run.manifest.run_id) / name).read_bytes()))


# The whole study


def test_every_fit_is_on_record_with_what_it_was_given_and_what_it_became(finished):
    workspace, run = finished
    kept = workspace.store.read_json(run.manifest.run_id, "models.json")
    assert kept["recipe"]["name"] == "ridge"
    assert kept["recipe"]["parameters"] == {"penalty": 100.0}
    assert set(kept["fits"]) == {"model", "naive"}
    fits = kept["fits"]["model"]
    assert len(fits) == len(run.result.forecasts.found.taught) >= 3
    assert len({fit["version"] for fit in fits}) == len({fit["data"] for fit in fits}) == len(fits)
    assert {"models.json", "forecasts.parquet"} <= set(run.manifest.files)


def test_every_forecast_is_kept_with_its_date_and_the_fit_that_made_it(finished):
    workspace, run = finished
    kept = table(workspace, run, "forecasts.parquet")
    fits = workspace.store.read_json(run.manifest.run_id, "models.json")["fits"]["model"]
    assert kept["model"].unique().sort().to_list() == list(range(1, len(fits) + 1))
    for number, fit in enumerate(fits, start=1):
        own = kept.filter(pl.col("model") == number)
        assert own["known_at"].min() > fit["learnt_until"]
    assert kept["mean"].is_null().to_list() == kept["silent"].is_not_null().to_list()
    assert set(kept["silent"].drop_nulls()) == {"missing_input"}
    assert kept["silent"].count() == 2 * run.result.forecasts.counts["missing_input"] > 0


def test_no_position_is_held_before_the_first_forecast(finished):
    _, run = finished
    first = run.plan.walk.first_row
    assert run.result.headline.decisions.rows[0] >= first
    assert run.plan.start_row == run.plan.common_start == first
    assert run.result.sharpe.sample == len(run.plan.panel.instants) - 1 - first


def test_a_replay_teaches_it_again_prices_earlier_tries_again_and_gives_the_same_bytes(finished):
    workspace, run = finished
    assert run.result.earlier == 1
    assert run.context.earlier_until > 0
    config = workspace.store.read_json(run.manifest.run_id, "config.json")
    context = workspace.store.read_json(run.manifest.run_id, "context.json")
    shelf = workspace.shelf(pins=pins_of(config, run.manifest.snapshot_id))
    again = replay(config, context, shelf, lambda: workspace.ledger)
    assert {name: sha256_of(content) for name, content in again.items()} == run.manifest.files


def test_the_audit_answers_for_every_fit_and_for_the_forecasts(finished):
    _, run = finished
    channels = [one.channel for one in run.result.certificate.channels]
    assert sum(name.startswith("model ") for name in channels) == len(run.result.forecasts.found.taught)
    assert channels[-1] == "forecasts"
    (gate,) = [one for one in run.verdict.gates if one.code == "leak_audit"]
    assert gate.status is Status.PASS


def test_page_and_summary_say_what_the_forecasts_were_worth(finished):
    workspace, run = finished
    page = (workspace.store.folder(run.manifest.run_id) / "dossier.html").read_text()
    summary = workspace.store.read_json(run.manifest.run_id, "summary.json")["forecasts"]
    assert "Fits on a time line" in page
    assert f"missing input {run.result.forecasts.counts['missing_input']:,}" in page
    assert set(summary["horizons"]) == {"1", "5"}
    for one in run.result.forecasts.horizons:
        assert skill_words(one) in page.replace("&#39;", "'")
        assert skill_words(one) in summary["horizons"][str(one.horizon_bars)]["says"]
        figure = one.figures[0]
        assert figure.interval.level == pytest.approx(0.975)
        assert figure.interval.low <= figure.value <= figure.interval.high
        assert figure.sample > 100


def test_a_study_without_a_model_has_neither_section_nor_file_nor_another_name(tmp_path):
    plain = parse(STUDY, "study.toml")
    assert plain.model is None
    assert study_hash(plain) != study_hash(OPTIONS)
    assert "model_recipe" not in prepare(plain, Workspace(tmp_path).shelf()).config


# What counts as a try


def test_another_recipe_is_another_trial_and_the_same_one_is_not(finished):
    workspace, run = finished
    trials = {
        planned(workspace, change).headline.trial
        for change in (
            ("train_bars = 200", "train_bars = 200"),
            ('name = "ridge"', 'name = "naive"'),
            ("train_bars = 200", "train_bars = 180"),
            ('"simple_return", ', ""),
            ("[model]", "[model.parameters]\npenalty = 1.0\n[model]"),
        )
    }
    assert len(trials) == 5
    assert run.plan.headline.trial in trials
    same = planned(workspace, ("[model]", "[model.parameters]\npenalty = 100.0\n[model]"))
    assert same.headline.trial == run.plan.headline.trial


def test_the_ledger_knows_the_recipe_of_every_try(finished):
    workspace, run = finished
    started = [event for event in workspace.ledger.started() if event.study == run.plan.study]
    assert len({event.trial for event in started}) == 2
    assert all(json.loads(event.body)["model"]["name"] == "ridge" for event in started)
    assert causes_of(run.plan).config["model_recipe"]["schema_hash"]


WINDOWED = """
from tradewright.features.windowed import windowed

SCALE = {scale}


def helper(values):
    return values[-1] * SCALE


@windowed(5)
def mine(close):
    return helper(close)
"""


def test_a_features_file_of_ones_own_names_the_recipe_by_all_that_it_says(finished, tmp_path):
    workspace, _ = finished
    own, plans = tmp_path / "mine.py", []
    for scale in ("1.0", "-3.0"):
        own.write_text(WINDOWED.format(scale=scale))
        plans.append(planned(workspace, ('"sma_ratio"]', f'"{own}"]')))
    one, two = plans
    assert one.headline.trial != two.headline.trial
    assert causes_of(one).run_id != causes_of(two).run_id
    assert list(one.recipe["feature_files"]) == [str(own)]
    with pytest.raises(
        InvalidOption, match=r"mine\.py is a file of your own, which other processes do not know"
    ):
        refuse_own_file(two, Workers(PROCESSES, 2))


# The first mistakes


def recipe(name, **parameters):
    """Another recipe in the study's [model]."""
    lines = "\n".join(f"{key} = '{value}'" for key, value in parameters.items())
    return ('[model]\nname = "ridge"', f'[model.parameters]\n{lines}\n[model]\nname = "{name}"')


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (
            ('name = "ridge"', 'name = "rigde"'),
            UnknownName,
            r"\[model\]: 'rigde' is not a model. Did you mean 'ridge'",
        ),
        (("[model]", "[model.parameters]\npenalti = 1\n[model]"), UnknownName, "Did you mean 'penalty'"),
        pytest.param(
            recipe("estimator", learner="sklearn.linear_model.Lasso", settings='{"alfa": 1}'),
            UnknownName,
            r"\[model\]: 'alfa' is not a setting of Lasso. Did you mean 'alpha'",
            marks=WITH_ML,
        ),
        (
            recipe("ensemble", sources="ridge; momentum column=rsj"),
            UnknownName,
            r"\[model\]: 'rsj' is not a feature of these rows",
        ),
        (('"rsi"', '"rsj"'), UnknownName, "'rsj' is not a feature or named set"),
        (("horizon = 5", "horizon = 30"), InvalidOption, "over 30 bars; .model. learns 1, 5. Add 30"),
        (("train_bars = 200", "train_bars = 20000"), InvalidOption, "too few for a first fit on 20,000"),
        (("refit_bars = 120", "refit_bars = 9000"), InvalidOption, "it would never be fitted anew"),
        (("horizons_bars = [1, 5]", "horizons_bars = [5, 1]"), InvalidOption, "List rising numbers"),
        (("train_bars = 200", "train_bras = 200"), UnknownName, r"Did you mean 'train_bars'"),
        ((READER, STUDY[BEGIN:END]), InvalidOption, "the strategy momentum reads no forecasts"),
        ((MODEL, ""), InvalidOption, "reads forecasts, and nobody makes any"),
    ],
)
def test_a_first_mistake_is_refused_in_words_before_anything_is_tried(finished, change, kind, words):
    workspace, _ = finished
    before = workspace.ledger.mark()
    with pytest.raises(kind, match=words):
        run_study(as_made(change), workspace.ports())
    assert workspace.ledger.mark() == before


def test_a_model_whose_extra_is_missing_names_the_extra(finished, monkeypatch):
    monkeypatch.setattr(
        model_plan, "find_spec", lambda name: None if name == "jax" else importlib.util.find_spec(name)
    )
    with pytest.raises(InvalidOption, match=r"needs jax.* not installed here\. .*tradewright\[ml\]"):
        planned(finished[0], ('name = "ridge"', 'name = "mamba"'))


@WITH_ML
def test_an_estimator_whose_library_is_missing_names_it(finished, monkeypatch):
    monkeypatch.setattr(
        extra, "find_spec", lambda name: None if name == "xgboost" else importlib.util.find_spec(name)
    )
    with pytest.raises(InvalidOption, match=r"\[model\]: A forecaster made of an estimator needs .*xgboost"):
        planned(finished[0], recipe("estimator", learner="xgboost.XGBRegressor"))


# What is said of skill


def figure(value: float, low: float, high: float) -> Figure:
    return Figure("x", value, "correlation", 500, Interval(low, high, 0.95, "m", 5.0, 100))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (figure(0.05, 0.01, 0.09), "the forecasts knew something"),
        (figure(0.05, -0.01, 0.09), "no skill was shown"),
        (figure(-0.05, -0.09, -0.01), "pointed the wrong way"),
        (Figure("x", None, "correlation", 3, None, "too short"), "no skill was measured: too short"),
    ],
)
def test_skill_is_claimed_only_where_the_interval_lies_above_zero(finished, found, words):
    one = finished[1].result.forecasts.horizons[0]
    assert words in skill_words(type(one)(5, (found,), None, (), 9))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (figure(0.05, 0.01, 0.09), "it beat ridge"),
        (figure(0.05, -0.01, 0.09), "it has not beaten ridge.*has not earned its training"),
        (figure(-0.05, -0.09, -0.01), "ridge beat it.*has not earned its training"),
        (None, "The model is ridge itself"),
    ],
)
def test_a_model_that_does_not_beat_ridge_has_not_earned_its_training(finished, found, words):
    one = finished[1].result.forecasts.horizons[0]
    said = ridge_words(type(one)(5, (figure(0.0, -1.0, 1.0),), found, (), 9))
    assert re.search(words, said)


def test_a_market_known_only_so_far_gives_the_same_forecasts(finished):
    workspace, run = finished
    short = planned(workspace, ("end = 2017-06-30\n\n[strategy]", "end = 2016-12-30\n\n[strategy]"))
    rows = len(short.panel.instants)
    whole, cut = run.result.forecasts.found.said.mean[:rows], taught(short, Nobody()).said.mean
    assert np.array_equal(whole, cut, equal_nan=True)
