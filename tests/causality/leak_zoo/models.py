"""Leaks of models and splits: a table in, predictions out for the rows that were not trained on."""

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, cross_val_predict, train_test_split
from sklearn.preprocessing import StandardScaler

from leak_zoo.labels import leak, look_alike

SCALER = "scaler or encoder fitted before the split"
AUGMENTED = "augmentation or resampling before the split"
SHUFFLED = "shuffled folds"
STRADDLE = "windows straddling the boundary without purge"
OVERLAP = "label horizon overlapping the test fold"
INSTANT = "the same instant on both sides of a panel split"
TWICE = "duplicates across sides"
STOPPING = "early stopping or thresholds chosen on the test fold"
UNREALISED = "training on labels not yet realised at decision time"
REFIT = "a refit that sees past the prediction instant"
META = "a meta-learner trained on in-fold predictions"

SPLIT = 150


def features_of(bars: pd.DataFrame) -> np.ndarray:
    """Three trailing returns."""
    return np.column_stack([bars["close"].pct_change(k).fillna(0.0) for k in (1, 5, 20)])


def next_return(bars: pd.DataFrame, horizon: int = 1) -> np.ndarray:
    """The label: what happens after the row; the last ones are not known yet."""
    return (bars["close"].shift(-horizon) / bars["close"] - 1).fillna(0.0).to_numpy()


def beside(bars: pd.DataFrame, predicted: np.ndarray, start: int = SPLIT) -> pd.Series:
    """Predictions from a row on, empty before."""
    out = np.full(len(bars), np.nan)
    out[start:] = predicted
    return pd.Series(out, index=bars.index)


@leak(SCALER, stage="model")
def scaled_then_split(bars: pd.DataFrame) -> pd.Series:
    features = StandardScaler().fit_transform(features_of(bars))  # leaks here
    model = Ridge().fit(features[: SPLIT - 1], next_return(bars)[: SPLIT - 1])
    return beside(bars, model.predict(features[SPLIT:]))


@leak(SCALER, stage="model")
def encoded_by_the_mean_of_all(bars: pd.DataFrame) -> pd.Series:
    """A target encoding of the weekday over training and test rows together."""
    table = pd.DataFrame({"weekday": bars.index.dayofweek, "label": next_return(bars)}, index=bars.index)
    table["encoded"] = table.groupby("weekday")["label"].transform("mean")  # leaks here
    model = LinearRegression().fit(table[["encoded"]][: SPLIT - 1], table["label"][: SPLIT - 1])
    return beside(bars, model.predict(table[["encoded"]][SPLIT:]))


@leak(AUGMENTED, stage="model")
def noise_added_before_the_split(bars: pd.DataFrame) -> pd.Series:
    """Noisy copies of all rows, then a shuffled split."""
    features, label = features_of(bars), next_return(bars)
    noise = np.random.default_rng(0).normal(0, 1e-3, features.shape)
    more, labels = np.vstack([features, features + noise]), np.concatenate([label, label])  # leaks here
    train, _, wanted, _ = train_test_split(more, labels, test_size=0.3, random_state=0)  # leaks here
    model = GradientBoostingRegressor(n_estimators=5, random_state=0).fit(train, wanted)
    return beside(bars, model.predict(features[SPLIT:]))


@leak(SHUFFLED, stage="model")
def folds_in_random_order(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    predicted = np.zeros(len(bars))
    for train, test in KFold(5, shuffle=True, random_state=0).split(features):  # leaks here
        predicted[test] = Ridge().fit(features[train], label[train]).predict(features[test])
    return pd.Series(predicted, index=bars.index)


@leak(SHUFFLED, stage="model")
def out_of_fold_by_one_call(bars: pd.DataFrame) -> pd.Series:
    predicted = cross_val_predict(Ridge(), features_of(bars), next_return(bars), cv=5)  # leaks here
    return pd.Series(predicted, index=bars.index)


@leak(SHUFFLED, stage="model")
def split_at_random(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    train, _, wanted, _ = train_test_split(features, label, random_state=1)  # leaks here
    return beside(bars, Ridge().fit(train, wanted).predict(features[SPLIT:]))


@leak(STRADDLE, stage="model")
def windows_across_the_boundary(bars: pd.DataFrame) -> pd.Series:
    """Centred windows as features: those of the last training rows reach into the test."""
    smooth = bars["close"].rolling(11, center=True).mean().bfill().ffill()  # leaks here
    features = np.column_stack([smooth.pct_change().fillna(0.0), bars["volume"] / 1e6])
    model = Ridge(alpha=1e-6).fit(features[: SPLIT - 1], next_return(bars)[: SPLIT - 1])
    return beside(bars, model.predict(features[SPLIT:]))


@leak(OVERLAP, stage="model")
def labels_of_a_month_over_the_edge(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars, 20)
    model = Ridge().fit(features[:SPLIT], label[:SPLIT])  # leaks here
    return beside(bars, model.predict(features[SPLIT:]))


@leak(INSTANT, stage="model", table="panel")
def some_names_train_others_test(bars: pd.DataFrame) -> pd.Series:
    """Names that train and names that are predicted share every day."""
    table = bars.assign(move=bars.groupby("symbol")["close"].pct_change(5).fillna(0.0))
    table["label"] = bars.groupby("symbol")["close"].pct_change(-1).fillna(0.0)
    is_train = table["symbol"].isin(["AAA", "BBB", "CCC"])
    model = Ridge().fit(table.loc[is_train, ["move"]], table.loc[is_train, "label"])  # leaks here
    return pd.Series(model.predict(table[["move"]]), index=bars.index).where(~is_train)


@leak(TWICE, stage="model")
def rows_drawn_with_replacement(bars: pd.DataFrame) -> pd.Series:
    """A bootstrap of all rows, of which the first part trains: it holds rows of the second."""
    features, label = features_of(bars), next_return(bars)
    drawn = np.random.default_rng(1).permutation(len(bars))  # leaks here
    model = Ridge().fit(features[drawn][:SPLIT], label[drawn][:SPLIT])  # leaks here
    return beside(bars, model.predict(features[SPLIT:]))


@leak(STOPPING, stage="model")
def threshold_best_on_the_test(bars: pd.DataFrame) -> pd.Series:
    features, up = features_of(bars), next_return(bars) > 0
    model = LogisticRegression().fit(features[: SPLIT - 1], up[: SPLIT - 1])
    chance = model.predict_proba(features[SPLIT:])[:, 1]
    best, cut = -1.0, 0.5
    for candidate in np.quantile(chance[:30], [0.1, 0.3, 0.5, 0.7, 0.9]):
        score = accuracy_score(up[SPLIT:], chance > candidate)  # leaks here
        if score > best:
            best, cut = score, candidate
    return beside(bars, (chance > cut).astype(float))


@leak(STOPPING, stage="model")
def as_many_trees_as_the_test_likes(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    model = GradientBoostingRegressor(n_estimators=15, random_state=0).fit(
        features[: SPLIT - 1], label[: SPLIT - 1]
    )
    stages = list(model.staged_predict(features[SPLIT:]))
    errors = [float(np.mean((stage - label[SPLIT:]) ** 2)) for stage in stages]  # leaks here
    return beside(bars, stages[int(np.argmin(errors))])


@leak(UNREALISED, stage="model")
def learns_before_it_could_know(bars: pd.DataFrame) -> pd.Series:
    """Every refit trains on labels of the last ten days, which end ten days later."""
    horizon = 10
    features, label = features_of(bars), next_return(bars, horizon)
    out = np.full(len(bars), np.nan)
    for t in range(SPLIT, len(bars)):
        model = LinearRegression().fit(features[20:t], label[20:t])  # leaks here
        out[t] = model.predict(features[t : t + 1])[0]
    return pd.Series(out, index=bars.index)


@leak(REFIT, stage="model")
def refit_on_everything_at_the_end(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    model = Ridge().fit(features[:SPLIT], label[:SPLIT])
    model.fit(features, label)  # leaks here
    return beside(bars, model.predict(features[SPLIT:]))


@leak(REFIT, stage="model")
def refit_for_the_month_it_predicts(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    out = np.full(len(bars), np.nan)
    for start in range(SPLIT, len(bars), 20):
        model = Ridge().fit(features[: start + 20], label[: start + 20])  # leaks here
        out[start : start + 20] = model.predict(features[start : start + 20])
    return pd.Series(out, index=bars.index)


@leak(META, stage="model", shape="research")
def stacked_on_what_it_was_taught(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    base = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(features[:100], label[:100])
    inside = base.predict(features[:100])
    final = LinearRegression().fit(inside.reshape(-1, 1), label[:100])  # leaks here
    return beside(bars, final.predict(base.predict(features[SPLIT:]).reshape(-1, 1)))


@look_alike("a scaler fitted on training rows", stage="model")
def scaled_by_the_training_rows(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    scaler = StandardScaler().fit(features[: SPLIT - 1])
    model = Ridge().fit(scaler.transform(features[: SPLIT - 1]), label[: SPLIT - 1])
    return beside(bars, model.predict(scaler.transform(features[SPLIT:])))


@look_alike("a threshold chosen on validation rows that end before the test", stage="model")
def threshold_from_validation(bars: pd.DataFrame) -> pd.Series:
    features, up = features_of(bars), next_return(bars) > 0
    model = LogisticRegression().fit(features[:100], up[:100])
    chance = model.predict_proba(features)[:, 1]
    best, cut = -1.0, 0.5
    for candidate in (0.45, 0.5, 0.55):
        score = accuracy_score(up[101 : SPLIT - 1], chance[101 : SPLIT - 1] > candidate)
        if score > best:
            best, cut = score, candidate
    return beside(bars, (chance[SPLIT:] > cut).astype(float))


@look_alike("a yearly refit on realised labels", stage="model")
def refit_on_the_past_alone(bars: pd.DataFrame) -> pd.Series:
    features, label = features_of(bars), next_return(bars)
    out = np.full(len(bars), np.nan)
    for start in range(SPLIT, len(bars), 20):
        model = Ridge().fit(features[: start - 1], label[: start - 1])
        out[start : start + 20] = model.predict(features[start : start + 20])
    return pd.Series(out, index=bars.index)
