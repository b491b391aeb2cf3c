"""Splits as a researcher cuts them, with where each row comes from; and first models that teach a second."""

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

from leak_zoo.labels import leak, look_alike
from leak_zoo.models import AUGMENTED, INSTANT, META, OVERLAP, SHUFFLED, STRADDLE, TWICE
from tradewright.causality.model_stage import Lineage, Split

SPLIT = {"stage": "model", "shape": "split"}
OUT_OF_FOLD = {"stage": "model", "shape": "out of fold"}
Cut = tuple[Lineage, Split]


def rows_of(bars: pd.DataFrame, horizon: int = 0, window: int = 0) -> Lineage:
    """One row a day: labels that end `horizon` days later, features that begin `window` days before."""
    days = np.arange(len(bars))
    content = bars[["close", "volume"]].to_numpy()
    return Lineage(days, days + horizon, days - window, content)


@leak(SHUFFLED, **SPLIT)
def every_fifth_row_tests(bars: pd.DataFrame) -> Cut:
    rows = np.arange(len(bars))
    return rows_of(bars, horizon=2), Split(rows[rows % 5 != 0], rows[rows % 5 == 0])  # leaks here


@leak(STRADDLE, **SPLIT)
def windows_of_a_month_over_the_boundary(bars: pd.DataFrame) -> Cut:
    """Test rows come first, and the features of the training rows after them look back into their labels."""
    rows = np.arange(len(bars))
    return rows_of(bars, horizon=1, window=20), Split(rows[100:], rows[:100])  # leaks here


@leak(OVERLAP, **SPLIT)
def labels_of_ten_days_over_the_boundary(bars: pd.DataFrame) -> Cut:
    rows = np.arange(len(bars))
    return rows_of(bars, horizon=10), Split(rows[:150], rows[150:])  # leaks here


@leak(INSTANT, table="panel", **SPLIT)
def names_on_either_side_of_a_day(bars: pd.DataFrame) -> Cut:
    days = bars["date"].factorize()[0]
    is_train = bars["symbol"].isin(["AAA", "BBB"]).to_numpy()
    return Lineage(days, days, days), Split(np.flatnonzero(is_train), np.flatnonzero(~is_train))  # leaks here


@leak(TWICE, **SPLIT)
def a_vendor_that_sent_rows_twice(bars: pd.DataFrame) -> Cut:
    twice = pd.concat([bars, bars.iloc[100:120]])
    days = np.arange(len(twice))
    lineage = Lineage(days, days, days, twice[["close", "volume"]].to_numpy())
    return lineage, Split(days[200:], days[:200])  # leaks here


@leak(AUGMENTED, **SPLIT)
def noisy_copies_before_the_cut(bars: pd.DataFrame) -> Cut:
    rows = np.arange(len(bars))
    origin = np.concatenate([rows, rows])
    days = np.arange(len(origin))
    lineage = Lineage(days, days, days, origin=origin)
    return lineage, Split(days[: len(rows)], days[len(rows) :])  # leaks here


@look_alike("a cut with a gap as long as the label", **SPLIT)
def purged_cut(bars: pd.DataFrame) -> Cut:
    rows = np.arange(len(bars))
    return rows_of(bars, horizon=10, window=20), Split(rows[:140], rows[150:])


@look_alike("augmented copies of training rows alone", **SPLIT)
def noisy_copies_after_the_cut(bars: pd.DataFrame) -> Cut:
    rows = np.arange(len(bars))
    origin = np.concatenate([rows, rows[:150]])
    days = np.arange(len(origin))
    lineage = Lineage(days, days, days, origin=origin)
    return lineage, Split(np.flatnonzero(origin < 150), np.flatnonzero(origin >= 150))


@leak(META, **OUT_OF_FOLD)
def taught_and_asked_the_same_rows(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    model = GradientBoostingRegressor(n_estimators=10, random_state=0).fit(features, labels)  # leaks here
    return model.predict(features)  # leaks here


@look_alike("predictions made out of fold, forward in time", **OUT_OF_FOLD)
def taught_by_earlier_rows(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    out = np.zeros(len(labels))
    for start in range(60, len(labels), 60):
        model = GradientBoostingRegressor(n_estimators=10, random_state=0).fit(
            features[:start], labels[:start]
        )
        out[start : start + 60] = model.predict(features[start : start + 60])
    return out
