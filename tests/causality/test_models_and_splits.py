"""What a fit may not learn from, rows on both sides of a split, and labels known too early."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from bars_for_audits import bars
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.causality.audit import audit
from tradewright.causality.model_stage import Lineage, Split, audit_fit, audit_out_of_fold, audit_split
from tradewright.causality.options import AuditOptions
from tradewright.causality.parameters import learned
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, NotAssessed, Stage
from tradewright.values.errors import InvalidOption

ROWS = 300
SPLIT = Split(np.arange(180), np.arange(240, ROWS), np.arange(180, 240))


@pytest.fixture(scope="module")
def table():
    frame = bars(ROWS)
    features = pd.DataFrame({f"lag {n}": frame.close.pct_change(n) for n in (1, 5, 20)}).fillna(0.0)
    return features.assign(label=(frame.close.pct_change().shift(-1).fillna(0.0) > 0).astype(float))


def split_columns(table):
    return table.drop(columns="label").to_numpy(), table["label"].to_numpy()


def clean_fit(table, split):
    x, y = split_columns(table)
    mean, deviation = x[split.train].mean(0), x[split.train].std(0)
    scaled = (x - mean) / deviation
    weights, *_ = np.linalg.lstsq(scaled[split.train], y[split.train], rcond=None)
    return {"scaler": {"mean": mean, "deviation": deviation}, "weights": weights}


def scaled_before_the_split(table, split):
    x, y = split_columns(table)
    mean, deviation = x.mean(0), x.std(0)
    weights, *_ = np.linalg.lstsq(((x - mean) / deviation)[split.train], y[split.train], rcond=None)
    return {"scaler": {"mean": mean, "deviation": deviation}, "weights": weights}


def features_chosen_on_everything(table, split):
    x, y = split_columns(table)
    chosen = np.argsort(-np.abs([np.corrcoef(column, y)[0, 1] for column in np.nan_to_num(x).T]))[:2]
    return {"chosen": [["lag 1", "lag 5", "lag 20"][place] for place in chosen]}


def threshold_on(rows_of):
    def fit(table, split):
        told = clean_fit(table, split)
        x, y = split_columns(table)
        scores = ((x - told["scaler"]["mean"]) / told["scaler"]["deviation"]) @ told["weights"]
        rows = rows_of(split)
        grid = np.linspace(-0.2, 0.2, 41)
        best = grid[np.argmax([np.mean((scores[rows] > one) == y[rows]) for one in grid])]
        return {**told, "threshold": best}

    return fit


def verdicts(certificate):
    return {one.channel: one.verdict for one in certificate.channels}


def test_a_fit_that_sees_its_training_rows_alone_is_not_flagged(table):
    certificate = audit_fit(clean_fit, table, SPLIT)
    assert certificate.exit_code == 0, certificate.verdict
    assert set(verdicts(certificate)) == {"scaler.mean", "scaler.deviation", "weights"}


def test_a_scaler_fitted_before_the_split_is_found_and_named(table):
    found = verdicts(audit_fit(scaled_before_the_split, table, SPLIT))
    assert isinstance(found["scaler.mean"], DependsOnFuture)
    assert found["scaler.mean"].stage is Stage.MODEL and found["scaler.mean"].source == "test rows"


def test_features_chosen_on_the_whole_are_found(table):
    assert isinstance(audit_fit(features_chosen_on_everything, table, SPLIT).verdict, DependsOnFuture)


def test_a_threshold_may_follow_validation_rows_where_that_is_said_but_never_test_rows(table):
    on_validation, on_test = threshold_on(lambda s: s.validation), threshold_on(lambda s: s.test)
    found = verdicts(audit_fit(on_validation, table, SPLIT))
    assert found["threshold"].source == "validation rows"
    assert isinstance(found["weights"], NoDependenceObserved)
    assert audit_fit(on_validation, table, SPLIT, may_use_validation=("threshold",)).exit_code == 0
    found = verdicts(audit_fit(on_test, table, SPLIT, may_use_validation=("threshold",)))
    assert found["threshold"].source == "test rows"


def test_estimators_and_pipelines_are_read_by_what_they_learned(table):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    def fit(table, split, rows=None):
        x, y = split_columns(table)
        rows = split.train if rows is None else rows
        return Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression())]).fit(x[rows], y[rows])

    found = verdicts(audit_fit(fit, table, SPLIT))
    assert {"scaler.mean_", "scaler.scale_", "model.coef_"} <= set(found)
    assert all(isinstance(one, NoDependenceObserved) for one in found.values())
    everything = lambda table, split: fit(table, split, np.arange(len(table)))  # noqa: E731
    assert isinstance(verdicts(audit_fit(everything, table, SPLIT))["model.coef_"], DependsOnFuture)


@pytest.mark.parametrize(
    ("fit", "says"),
    [
        (lambda t, s: 1 / 0, "ZeroDivisionError"),
        (lambda t, s: None, "learned nothing"),
        (lambda t, s: {"weight": np.random.default_rng().normal()}, "give it a seed"),
    ],
)
def test_a_fit_that_cannot_be_assessed_says_why(fit, says, table):
    verdict = audit_fit(fit, table, SPLIT).verdict
    assert isinstance(verdict, NotAssessed) and says in verdict.reason


def test_a_split_with_a_row_on_two_sides_is_refused():
    with pytest.raises(InvalidOption, match="two sides"):
        Split(np.arange(10), np.arange(9, 12))
    with pytest.raises(InvalidOption, match="Give both"):
        Split(np.arange(10), np.arange(0))


@dataclass
class Record:
    weights: np.ndarray
    name: str
    nested: dict


def test_what_was_learned_is_found_wherever_it_is_kept():
    told = learned(Record(np.ones(2), "a", {"b": [1, 2.0], "c": {"d"}, "e": None, "f": [{"g": True}]}))
    assert set(told) == {"weights", "name", "nested.b", "nested.c", "nested.f.0.g"}
    assert learned(pd.Series([1.0, 2.0]))["value"].tolist() == [1.0, 2.0]
    assert (
        learned({"words": ["a", "b"]})["words"].tolist() != learned({"words": ["b", "a"]})["words"].tolist()
    )


# Lineage.


def straight(rows=100, horizon=5, window=10):
    at = np.arange(rows)
    return Lineage(at, at + horizon, at - window)


def found_in(lineage, split):
    return {one.channel for one in audit_split(lineage, split) if isinstance(one.verdict, DependsOnFuture)}


def test_labels_that_reach_into_the_test_rows_are_found_and_purging_mends_it():
    assert "label spans" in found_in(straight(), Split(np.arange(60), np.arange(60, 100)))
    assert found_in(straight(), Split(np.arange(55), np.arange(60, 100))) == set()


def test_windows_that_look_back_into_the_test_rows_need_an_embargo():
    middle = np.arange(40, 60)
    without = Split(np.r_[np.arange(35), np.arange(65, 100)], middle)
    assert found_in(straight(), without) == {"feature windows"}
    assert found_in(straight(), Split(np.r_[np.arange(35), np.arange(75, 100)], middle)) == set()


def test_shuffled_folds_share_label_spans():
    order = np.random.default_rng(0).permutation(100)
    assert {"label spans", "feature windows"} <= found_in(straight(), Split(order[:70], order[70:]))


def test_the_same_instant_on_both_sides_of_a_panel_is_found():
    at = np.repeat(np.arange(50), 2)
    lineage = Lineage(at, at, at)
    assert found_in(lineage, Split(np.arange(0, 100, 2), np.arange(1, 100, 2))) == {"instants"}


def test_twins_and_copies_across_sides_are_found():
    at = np.arange(20)
    content = np.random.default_rng(0).normal(size=(20, 3))
    content[15] = content[2]
    assert found_in(Lineage(at, at, at, content), Split(np.arange(10), np.arange(10, 20))) == {"duplicates"}
    copied = np.r_[np.arange(10), np.arange(10)]
    assert found_in(Lineage(at, at, at, origin=copied), Split(np.arange(10), np.arange(10, 20))) == {"copies"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.integers(0, 6), st.integers(0, 2**30))
def test_shared_spans_are_those_a_plain_double_loop_finds(horizon, window, seed):
    at = np.arange(30)
    lineage = Lineage(at, at + horizon, at - window)
    order = np.random.default_rng(seed).permutation(30)
    split = Split(order[:15], order[15:25])

    def meets(begin, end):
        return any(at[j] < end and at[j] + horizon > begin for j in split.test)

    wanted = {
        "label spans": any(meets(at[i], at[i] + horizon) for i in split.train),
        "feature windows": any(meets(at[i] - window, at[i]) for i in split.train),
    }
    assert {name for name, is_met in wanted.items() if is_met} == found_in(lineage, split)


# A second model, and labels that are not known yet.


def in_fold(x, y):
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    return x @ weights


def out_of_fold(x, y):
    told = np.zeros(len(y))
    for fold in range(5):
        held = np.arange(len(y)) % 5 == fold
        weights, *_ = np.linalg.lstsq(x[~held], y[~held], rcond=None)
        told[held] = x[held] @ weights
    return told


def test_a_second_model_trained_on_in_fold_predictions_is_found(table):
    x, y = split_columns(table)
    assert isinstance(audit_out_of_fold(in_fold, x, y), DependsOnFuture)
    assert isinstance(audit_out_of_fold(out_of_fold, x, y), NoDependenceObserved)


def refitted_each_row(known_after):
    def predict(frame):
        told = np.full(len(frame), np.nan)
        for row in range(20, len(frame)):
            past = frame.iloc[: row - known_after + 1]
            told[row] = np.polyfit(past["lag 1"], past["label"], 1)[0]
        return told

    return predict


def test_training_on_labels_before_they_are_known_is_found(table):
    short = table.iloc[:80]
    five_later = AuditOptions(known_after_rows={"label": 5}, stage=Stage.MODEL)
    early = audit(refitted_each_row(0), short, five_later).verdict
    assert isinstance(early, DependsOnFuture) and early.source == "label" and early.stage is Stage.MODEL
    assert isinstance(audit(refitted_each_row(5), short, five_later).verdict, NoDependenceObserved)
