"""Leaks of data, of execution and of the research process."""

import numpy as np
import pandas as pd

from leak_zoo.labels import leak, look_alike

MEMBERS = "today's constituents in the past"
REVISED = "revised values instead of first releases"
FISCAL = "statement joined on fiscal period end"
LEVELS = "adjusted prices used as levels"
OPEN_STAMP = "bar stamped at its open but holding its close"
UNDATED = "undated items admitted by default"
REUSE = "ticker reuse joining another company's history"
SAME_CLOSE = "signal at the close filled at that close"
BRACKET = "stop and target in one bar resolved favourably"
BETTER = "a limit filled better than its price, a stop filled at its trigger through a gap"
VOLUME = "order larger than the bar's volume"
FINAL = "sizing by final equity"
CANNOT_FAIL = "a test that cannot fail"


@leak(MEMBERS, stage="data", table="members")
def members_of_today(bars: pd.DataFrame, members: pd.DataFrame) -> pd.Series:
    return bars["close"].where(bars["symbol"].isin(members["symbol"]), 0.0)  # leaks here


@leak(REVISED, stage="data", table="releases")
def last_revision_from_the_first_day(bars: pd.DataFrame, releases: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(bars, releases, left_on="ts", right_on="released_at")
    return both["revised"]  # leaks here


@leak(FISCAL, stage="data", table="statements")
def earnings_when_the_quarter_ended(bars: pd.DataFrame, statements: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(bars, statements, left_on="ts", right_on="period_end")  # leaks here
    return both["eps"] / both["close"]


@leak(FISCAL, stage="data", table="statements")
def earnings_by_a_renamed_key(bars: pd.DataFrame, statements: pd.DataFrame) -> pd.Series:
    quarters = statements.rename(columns={"period_end": "ts"})
    return pd.merge_asof(bars, quarters, on="ts")["eps"]  # leaks here


@leak(LEVELS, stage="data", table="splits")
def adjusted_close_as_a_price(bars: pd.DataFrame) -> pd.Series:
    """Divides the past by splits to come, then asks whether the price is below 60."""
    later = bars["ratio"][::-1].cumprod()[::-1].shift(-1, fill_value=1.0)  # leaks here
    return (bars["close"] / later < 60).astype(float)


@leak(OPEN_STAMP, stage="data", table="hours")
def hour_by_its_opening_stamp(bars: pd.DataFrame, hours: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(
        bars, hours, left_on="ts", right_on="opened_at", suffixes=("", "_hour")
    )  # leaks here
    return both["close"] / both["close_hour"]


@leak(UNDATED, stage="data", table="news")
def undated_news_counts_from_the_start(bars: pd.DataFrame, news: pd.DataFrame) -> pd.Series:
    dated = news.fillna({"published_at": pd.Timestamp("2018-12-01")}).sort_values(
        "published_at"
    )  # leaks here
    dated["tone"] = dated["score"].cumsum()
    return pd.merge_asof(bars, dated, left_on="ts", right_on="published_at")["tone"]


@leak(REUSE, stage="data", table="listings")
def beta_of_whoever_has_the_ticker_now(bars: pd.DataFrame, listings: pd.DataFrame) -> pd.Series:
    latest = listings.drop_duplicates("symbol", keep="last").set_index("symbol")["beta"]  # leaks here
    return bars["symbol"].map(latest) * bars["close"]


@leak(SAME_CLOSE, stage="strategy", decide_at="open")
def held_over_the_bar_that_gave_the_signal(bars: pd.DataFrame) -> pd.Series:
    """The position that earns this bar's move is decided by this bar's close."""
    trend = bars["close"] > bars["close"].rolling(20).mean()  # leaks here
    return trend.astype(float)


@leak(FINAL, stage="strategy")
def sized_by_what_it_will_be_worth(bars: pd.DataFrame) -> pd.Series:
    position = np.sign(bars["close"].pct_change(10)).shift(1).fillna(0.0)
    equity = 1e5 * (1 + position * bars["close"].pct_change().fillna(0.0)).cumprod()
    return position * 0.1 * equity.iloc[-1] / bars["close"]  # leaks here


@leak(CANNOT_FAIL, stage="research", shape="research")
def shuffled_mean_against_itself(returns: np.ndarray, draws: int = 200) -> float:
    """Shuffling does not change a mean: the share of draws above it is 0 or noise of rounding."""
    rng = np.random.default_rng(0)
    observed = returns.mean()
    beaten = 0
    for _ in range(draws):
        beaten += rng.permutation(returns).mean() > observed + 1e-12  # leaks here
    return beaten / draws


@look_alike("statement joined when it was filed", stage="data", table="statements")
def earnings_when_they_were_filed(bars: pd.DataFrame, statements: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(bars, statements, left_on="ts", right_on="filed_at")
    return both["eps"] / both["close"]


@look_alike("first releases", stage="data", table="releases")
def first_release(bars: pd.DataFrame, releases: pd.DataFrame) -> pd.Series:
    return pd.merge_asof(bars, releases, left_on="ts", right_on="released_at")["first"]


@look_alike("constituents of the day", stage="data", table="members")
def members_of_the_day(bars: pd.DataFrame, members: pd.DataFrame) -> pd.Series:
    both = bars.merge(members, on="symbol", how="left")
    return both["close"].where(both["since"] <= both["date"], 0.0)


@look_alike("the hour that has closed", stage="data", table="hours")
def hour_by_its_close(bars: pd.DataFrame, hours: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(bars, hours, left_on="ts", right_on="closed_at", suffixes=("", "_hour"))
    return both["close"] / both["close_hour"]


@look_alike("undated items left out", stage="data", table="news")
def dated_news_only(bars: pd.DataFrame, news: pd.DataFrame) -> pd.Series:
    dated = news.dropna(subset=["published_at"]).sort_values("published_at")
    dated["tone"] = dated["score"].cumsum()
    return pd.merge_asof(bars, dated, left_on="ts", right_on="published_at")["tone"]


@look_alike("position held from the next open", stage="strategy", decide_at="open")
def held_from_the_next_bar(bars: pd.DataFrame) -> pd.Series:
    trend = bars["close"] > bars["close"].rolling(20).mean()
    return trend.shift(1, fill_value=False).astype(float)


@look_alike("signal shuffled against returns", stage="research", shape="research")
def signal_shuffled_against_returns(returns: np.ndarray, draws: int = 200) -> float:
    """The signal's order is what is tested, so shuffling destroys it; the draw itself counts as one."""
    rng = np.random.default_rng(0)
    signal = np.sign(np.concatenate([[0.0], returns[:-1]]))
    observed = (signal * returns).mean()
    beaten = 1
    for _ in range(draws):
        beaten += (rng.permutation(signal) * returns).mean() >= observed
    return beaten / (draws + 1)
