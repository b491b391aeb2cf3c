"""Strategies chosen by regime: better than any one of them, as sure as it says, and the default otherwise."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tradewright.models.contract import Model
from tradewright.models.members.boosted_trees import BoostedTrees
from tradewright.models.members.ensemble import Ensemble
from tradewright.models.members.regime_means import RegimeMeans
from tradewright.models.strategy_choice import (
    ChoiceReason,
    Choices,
    ChoiceTerms,
    Earned,
    StrategyChoice,
    learn_choice,
)
from tradewright.models.table import FeatureRows
from tradewright.runs.model_store import load_model, save_model
from tradewright.values.errors import BadInput, InvalidOption, Misuse, UnknownName

NAMES = ("trend", "reversion", "hold")
TERMS = ChoiceTerms("hold", horizon_bars=5)
ROWS, EDGE, LAST = 3_000, 0.004, 3_000 - 1


def helped(regimes: np.ndarray) -> np.ndarray:
    """Where each strategy earns its edge, T x 3."""
    trend = (regimes[0] != 0.0) & (regimes[1] > 0.0)
    reversion = (regimes[0] == 0.0) & (regimes[1] < 0.0)
    return np.stack([trend, reversion, np.zeros(len(trend), dtype=bool)], axis=1).astype(float)


@cache
def market(seed: int, edge: float = EDGE) -> tuple[FeatureRows, Earned]:
    """Trend earns in wild rising or falling markets, reversion in calm flat ones, nobody elsewhere."""
    draws = np.random.default_rng(seed)
    regimes = np.repeat(draws.integers(-1, 2, size=(2, ROWS // 25)), 25, axis=1).astype(float)
    returns = draws.standard_normal((ROWS, 3)) * 0.01
    # A row's regime is known at its close: what it helps to earn comes after.
    returns[1:] += edge * helped(regimes)[:-1]
    instants = np.arange(ROWS, dtype=np.int64)
    rows = FeatureRows(
        ("trend_regime", "volatility_regime"), regimes[:, :, None], instants, ("market",), "two"
    )
    return rows, Earned(NAMES, returns, instants)


@cache
def learnt(trees: bool = False, edge: float = EDGE) -> StrategyChoice:
    recipe: Model = BoostedTrees(trees=200, least_rows=50) if trees else RegimeMeans()
    return learn_choice(recipe, *market(1, edge), TERMS, as_of=LAST, seed=2)


def worth(choices: Choices, rows: FeatureRows) -> float:
    """The share of what an oracle would earn that following the choices earns, by the market's own truth."""
    truth = helped(rows.values[:, :, 0])
    return float(truth[np.arange(len(truth)), choices.chosen].mean() / truth.max(axis=1).mean())


def test_the_choice_earns_more_than_any_one_strategy():
    rows, _ = market(7)
    truth = helped(rows.values[:, :, 0])
    best = truth.mean(axis=0).max() / truth.max(axis=1).mean()
    assert worth(learnt().choose(rows), rows) > best + 0.15


def test_means_of_regimes_choose_at_least_as_well_as_trees_here():
    pytest.importorskip("lightgbm")
    rows, _ = market(7)
    means, trees = (worth(learnt(one).choose(rows), rows) for one in (False, True))
    assert means >= trees


def came_true(choice: StrategyChoice, rows: FeatureRows, earned: Earned) -> tuple[np.ndarray, np.ndarray]:
    """The confidence of each chosen row whose outcome is known, and whether it beat the default."""
    found, ahead = choice.choose(rows), earned.ahead(choice.terms.horizon_bars)
    default = earned.names.index(choice.terms.default)
    chosen = (found.reasons == ChoiceReason.CHOSEN) & np.isfinite(ahead).all(axis=1)
    return found.confidence[chosen], ahead[chosen, found.chosen[chosen]] > ahead[chosen, default]


def test_confidence_comes_true_on_rows_it_never_saw():
    sure, won = came_true(learnt(), *market(8))
    assert len(sure) > 300 and sure.min() >= TERMS.least_confidence
    # A confidence is a lower end: what comes true is as much, or a little more.
    assert -0.04 < won.mean() - sure.mean() < 0.15


@pytest.mark.parametrize("horizon", [1, 20])
def test_where_nothing_is_better_no_confidence_is_made_of_outcomes_that_overlap(horizon):
    terms, chosen, sure, won = ChoiceTerms("hold", horizon_bars=horizon), 0, [], []
    for seed in range(12):
        rows, earned = market(100 + seed, 0.0)
        choice = learn_choice(RegimeMeans(), rows, earned, terms, as_of=LAST - 1_000, seed=2)
        confident, right = came_true(choice, rows.between(LAST - 999, ROWS), later_part(earned))
        chosen += len(confident)
        sure.append(confident)
        won.append(right)
    # By chance some are chosen; few, and no surer than little above the least.
    assert chosen < 0.15 * 12 * 1_000
    assert chosen == 0 or np.concatenate(sure).mean() < TERMS.least_confidence + 0.06


def later_part(earned: Earned) -> Earned:
    return Earned(earned.names, earned.returns[LAST - 999 :], earned.instants[LAST - 999 :])


def test_where_no_strategy_is_better_it_stays_with_the_default():
    rows, _ = market(9, 0.0)
    found = learnt(edge=0.0).choose(rows)
    assert found.counts()["chosen"] < 0.1 * ROWS
    assert (found.chosen[found.reasons != ChoiceReason.CHOSEN] == 2).all()


def test_a_regime_that_is_not_known_falls_back_and_says_why():
    rows, _ = market(7)
    values = np.array(rows.values)
    values[1, 100:120] = np.nan
    holed = FeatureRows(rows.names, values, rows.instants, rows.symbols, rows.schema_hash)
    found, whole = learnt().choose(holed), learnt().choose(rows)
    assert (found.reasons[100:120] == ChoiceReason.MISSING_INPUT).all()
    assert (found.chosen[100:120] == 2).all() and np.isnan(found.confidence[100:120]).all()
    assert np.array_equal(found.chosen[120:], whole.chosen[120:])
    assert sum(found.counts().values()) == ROWS and found.counts()["missing_input"] == 20


def test_a_forecaster_that_would_not_speak_is_another_reason_than_a_gap():
    rows, earned = market(1)
    choice = learn_choice(
        Ensemble(sources="regime_means; ridge", folds=2), rows, earned, TERMS, as_of=LAST, seed=2
    )
    mute = replace(choice.model, model=Ensemble(sources="regime_means; ridge", folds=2, dead_band=10.0))
    found = replace(choice, model=mute).choose(rows)
    assert found.counts()["forecaster_silent"] == ROWS and (found.chosen == 2).all()
    assert choice.choose(rows).counts()["forecaster_silent"] == 0


def test_it_learns_from_nothing_that_was_not_known_at_the_decision():
    rows, earned = market(1)
    later = np.array(earned.returns)
    later[2_001:] = np.random.default_rng(3).normal(0.5, 1.0, later[2_001:].shape)
    one, other = (
        learn_choice(RegimeMeans(), rows, Earned(NAMES, returns, earned.instants), TERMS, as_of=2_000, seed=2)
        for returns in (earned.returns, later)
    )
    assert one.line == other.line
    assert all(
        np.array_equal(one.model.learned[name], other.model.learned[name]) for name in one.model.learned
    )


def test_what_is_kept_chooses_bit_for_bit_as_what_was_learnt(tmp_path):
    save_model(tmp_path / "choice", learnt().as_fitted())
    kept = StrategyChoice.of(load_model(tmp_path / "choice"))
    rows, _ = market(7)
    one, other = kept.choose(rows), learnt().choose(rows)
    assert np.array_equal(one.chosen, other.chosen) and np.array_equal(one.confidence, other.confidence)
    assert (kept.terms, kept.line) == (learnt().terms, learnt().line)
    with pytest.raises(BadInput, match="RegimeMeans chooses no strategy"):
        StrategyChoice.of(learnt().model)


def test_regimes_of_other_formulas_are_refused():
    rows, _ = market(7)
    other = FeatureRows(rows.names, rows.values, rows.instants, rows.symbols, "others")
    with pytest.raises(Misuse, match="features changed"):
        learnt().choose(other)


def test_what_is_earned_ahead_is_compounded_and_unknown_at_the_end():
    returns = np.array([[0.5], [0.1], [0.2], [np.nan], [0.3]])
    found = Earned(("one",), returns, np.arange(5)).ahead(2)[:, 0]
    assert found[0] == pytest.approx(1.1 * 1.2 - 1.0)
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        ({"default": "hodl"}, UnknownName, "Did you mean 'hold'"),
        ({"horizon_bars": 0}, InvalidOption, "Give 1 or more"),
        ({"least_confidence": 1.0}, InvalidOption, "Give parts of one"),
        ({"judged_share": 0.003}, InvalidOption, "over 5 bars 1 that do not overlap; confidence needs 20"),
    ],
)
def test_terms_that_cannot_hold_are_refused(change, kind, told):
    given = {"default": "hold", "horizon_bars": 5, **change}
    with pytest.raises(kind, match=told):
        learn_choice(RegimeMeans(), *market(1), ChoiceTerms(**given), as_of=LAST, seed=0)


def test_a_record_of_other_rows_is_refused():
    rows, earned = market(1)
    with pytest.raises(Misuse, match="different rows"):
        learn_choice(RegimeMeans(), rows.between(0, 50), earned, TERMS, as_of=LAST, seed=0)
    alone = Earned(("hold",), earned.returns[:, 2:], earned.instants)
    with pytest.raises(InvalidOption, match="at least two"):
        learn_choice(RegimeMeans(), rows, alone, TERMS, as_of=LAST, seed=0)
