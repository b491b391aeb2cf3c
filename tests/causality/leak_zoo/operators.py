"""The leaks that the mutation suite injects: `raw` is what a line held, `leaked` what it becomes.

`lead` says how far an operator sees: "h" rows, as many as it is given, "more" than those, or to the "end".
`group` names the change of level that it is, where it is nothing else: put on a line whose answer is immune to
it, it would change nothing.
`bounds` says that it gives positive values alone, or values from 0 to 1.
"""

# ruff: noqa: E501 - a line of code that is put in stands on one line
from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """One way to spoil a line in one library."""

    name: str
    pattern: str
    library: str
    lines: tuple[str, ...]
    lead: str = "end"
    group: str = "other"
    preamble: tuple[str, ...] = ()
    only_out: bool = False
    bounds: str = ""
    # What an operator of the warm-up alone would do cannot be put under another condition.
    conditions: tuple[str, ...] = ("always", "rare", "warm-up")


@dataclass(frozen=True)
class Condition:
    """Under which a leak acts: the line that mixes it with what was there."""

    name: str
    mix: dict[str, str]


CONDITIONS = {
    "always": Condition("always", {}),
    "rare": Condition(
        "rare",
        {
            "pandas": 'leaked = pd.Series(leaked, index=raw.index).where(bars["volume"] > 1.7e5, raw)',
            "polars": 'leaked = pl.when(pl.col("volume") > 1.7e5).then(leaked).otherwise(raw)',
            "numpy": 'leaked = np.where(bars["volume"] > 1.7e5, leaked, raw)',
        },
    ),
    "warm-up": Condition(
        "warm-up",
        {
            "pandas": "leaked = pd.Series(leaked, index=raw.index).where(np.arange(len(raw)) < 40, raw)",
            "polars": "leaked = pl.when(pl.int_range(pl.len()) < 40).then(leaked).otherwise(raw)",
            "numpy": "leaked = np.where(np.arange(len(raw)) < 40, leaked, raw)",
        },
    ),
}

SHIFT, WHOLE, SMOOTH, FILL = "shift", "whole sample", "two-sided smoothing", "back-fill"
FORMING, DAY, JOIN, SWING = "forming bar", "period statistic", "join ahead", "swing points"
FITTED, CLIP, LAST, LENGTH = "whole transform", "clip thresholds", "last value", "length"
REVERSED, BESIDE, MISSING, REGIME = "reversed", "global", "later filter", "smoothed states"

PANDAS = (
    Operator("shift", SHIFT, "pandas", ("leaked = raw.shift(-{h})",), "h"),
    Operator("shift by a variable", SHIFT, "pandas", ("steps = -1 * {h}", "leaked = raw.shift(steps)"), "h"),
    Operator("diff", SHIFT, "pandas", ("leaked = raw - raw.diff(-{h})",), "h"),
    Operator("z-score", WHOLE, "pandas", ("leaked = (raw - raw.mean()) / raw.std()",), group="affine"),
    Operator(
        "min-max",
        WHOLE,
        "pandas",
        ("low, high = raw.min(), raw.max()", "leaked = (raw - low) / (high - low)"),
        group="affine",
        bounds="unit",
    ),
    Operator("rank", WHOLE, "pandas", ("leaked = raw.rank(pct=True)",), group="monotone", bounds="positive"),
    Operator(
        "bins",
        WHOLE,
        "pandas",
        ("leaked = pd.cut(raw, 25, labels=False).astype(float)",),
        group="other",
        bounds="positive",
    ),
    Operator(
        "centred mean",
        SMOOTH,
        "pandas",
        ("leaked = raw.rolling(2 * {h} + 1, center=True, min_periods=1).mean()",),
        "h",
    ),
    Operator(
        "Savitzky-Golay",
        SMOOTH,
        "pandas",
        (
            "leaked = pd.Series(signal.savgol_filter(raw.ffill().fillna(0.0), 2 * {h} + 3, 2), index=raw.index)",
        ),
        "more",
    ),
    Operator(
        "filtfilt",
        SMOOTH,
        "pandas",
        ("leaked = pd.Series(signal.filtfilt([0.3], [1, -0.7], raw.ffill().fillna(0.0)), index=raw.index)",),
    ),
    Operator("back-fill", FILL, "pandas", ('leaked = raw.where(bars["volume"] < 1.3e5).bfill()',)),
    Operator("interpolation", FILL, "pandas", ('leaked = raw.where(bars["volume"] < 1.3e5).interpolate()',)),
    Operator(
        "month's last",
        FORMING,
        "pandas",
        ('monthly = raw.resample("MS").last()', 'leaked = raw + monthly.reindex(raw.index, method="ffill")'),
    ),
    Operator(
        "week's mean", DAY, "pandas", ('leaked = raw.groupby(raw.index.to_period("W")).transform("mean")',)
    ),
    Operator(
        "of the month",
        DAY,
        "pandas",
        ("leaked = raw + raw.groupby(raw.index.to_period('M')).transform(lambda part: part.max())",),
    ),
    Operator(
        "forward join",
        JOIN,
        "pandas",
        (
            'every = raw.dropna().iloc[::4].rename("value").reset_index()',
            'leaked = pd.merge_asof(raw.rename("own").reset_index(), every, on="ts", direction="forward")["value"].set_axis(raw.index)',
        ),
    ),
    Operator(
        "swing highs",
        SWING,
        "pandas",
        ("leaked = raw.where(raw == raw.rolling(2 * {h} + 1, center=True, min_periods=1).max(), 0.5 * raw)",),
        "h",
    ),
    Operator(
        "low frequencies",
        FITTED,
        "pandas",
        ("leaked = pd.Series(np.fft.irfft(np.fft.rfft(raw.fillna(0.0))[:30], len(raw)), index=raw.index)",),
    ),
    Operator(
        "one line",
        FITTED,
        "pandas",
        (
            "known = raw.notna()",
            "slope, level = np.polyfit(np.arange(len(raw))[known], raw[known], 1)",
            "leaked = raw - 0.9 * (slope * np.arange(len(raw)) + level)",
        ),
    ),
    Operator("winsorised", CLIP, "pandas", ("leaked = raw.clip(raw.quantile(0.2), raw.quantile(0.8))",)),
    Operator("last value", LAST, "pandas", ("leaked = raw / raw.iloc[-1]",), group="scale"),
    Operator(
        "share of the length", LENGTH, "pandas", ("leaked = raw * (1 + np.arange(len(raw)) / len(raw))",)
    ),
    Operator(
        "reversed rolling",
        REVERSED,
        "pandas",
        ("leaked = raw[::-1].rolling({h} + 1, min_periods=1).mean()[::-1]",),
        "h",
    ),
    Operator("reversed maximum", REVERSED, "pandas", ("leaked = raw[::-1].cummax()[::-1]",)),
    Operator(
        "cache",
        BESIDE,
        "pandas",
        ('leaked = raw / CACHE.setdefault("scale", float(raw.std()))',),
        group="scale",
        preamble=("CACHE = {}",),
    ),
    Operator(
        "rows with a later value",
        MISSING,
        "pandas",
        ("leaked = raw[raw.shift(-{h}).notna()]",),
        "h",
        only_out=True,
        conditions=("always",),
    ),
    Operator(
        "kept where it rises",
        MISSING,
        "pandas",
        ("leaked = raw.where(raw.shift(-{h}) > raw)",),
        "h",
        only_out=True,
    ),
    Operator(
        "both ways",
        REGIME,
        "pandas",
        ("forward = raw.ewm(span=6).mean()", "leaked = forward[::-1].ewm(span=6).mean()[::-1]"),
    ),
)

POLARS = (
    Operator("shift", SHIFT, "polars", ("leaked = raw.shift(-{h})",), "h"),
    Operator("shift by a variable", SHIFT, "polars", ("steps = 0 - {h}", "leaked = raw.shift(steps)"), "h"),
    Operator("z-score", WHOLE, "polars", ("leaked = (raw - raw.mean()) / raw.std()",), group="affine"),
    Operator(
        "min-max",
        WHOLE,
        "polars",
        ("leaked = (raw - raw.min()) / (raw.max() - raw.min())",),
        group="affine",
        bounds="unit",
    ),
    Operator("rank", WHOLE, "polars", ("leaked = raw.rank() / 1000",), group="monotone", bounds="positive"),
    Operator(
        "centred mean",
        SMOOTH,
        "polars",
        ("leaked = raw.rolling_mean(2 * {h} + 1, center=True, min_samples=1)",),
        "h",
    ),
    Operator(
        "back-fill", FILL, "polars", ('leaked = pl.when(pl.col("volume") < 1.3e5).then(raw).backward_fill()',)
    ),
    Operator(
        "interpolation",
        FILL,
        "polars",
        ('leaked = pl.when(pl.col("volume") < 1.3e5).then(raw).interpolate()',),
    ),
    Operator(
        "of the month", DAY, "polars", ('leaked = raw + raw.max().over(pl.col("ts").dt.truncate("1mo"))',)
    ),
    Operator(
        "swing highs",
        SWING,
        "polars",
        (
            "leaked = pl.when((raw >= raw.shift({h})) & (raw >= raw.shift(-{h}))).then(raw).otherwise(0.5 * raw)",
        ),
        "h",
    ),
    Operator("winsorised", CLIP, "polars", ("leaked = raw.clip(raw.quantile(0.2), raw.quantile(0.8))",)),
    Operator("last value", LAST, "polars", ("leaked = raw / raw.last()",), group="scale"),
    Operator(
        "share of the length", LENGTH, "polars", ("leaked = raw * (1 + pl.int_range(pl.len()) / pl.len())",)
    ),
    Operator(
        "reversed rolling",
        REVERSED,
        "polars",
        ("leaked = raw.reverse().rolling_mean({h} + 1, min_samples=1).reverse()",),
        "h",
    ),
    Operator("reversed maximum", REVERSED, "polars", ("leaked = raw.reverse().cum_max().reverse()",)),
    Operator(
        "kept where it rises",
        MISSING,
        "polars",
        ("leaked = pl.when(raw.shift(-{h}) > raw).then(raw)",),
        "h",
        only_out=True,
    ),
    Operator(
        "both ways", REGIME, "polars", ("leaked = raw.ewm_mean(span=6).reverse().ewm_mean(span=6).reverse()",)
    ),
)

NUMPY = (
    Operator("slice", SHIFT, "numpy", ("leaked = np.concatenate([raw[{h}:], np.full({h}, np.nan)])",), "h"),
    Operator("roll", SHIFT, "numpy", ("leaked = np.roll(raw, -{h})",), "h"),
    Operator(
        "loop",
        SHIFT,
        "numpy",
        (
            "leaked = raw.copy()",
            "for t in range(len(raw) - {h}):",
            "    leaked[t] = 0.5 * raw[t + {h}] + 0.5 * raw[t]",
        ),
        "h",
    ),
    Operator(
        "window",
        SHIFT,
        "numpy",
        (
            "leaked = raw.copy()",
            "for t in range(2, len(raw) - {h}):",
            "    leaked[t] = raw[t - 2 : t + {h} + 1].mean()",
        ),
        "h",
    ),
    Operator(
        "z-score", WHOLE, "numpy", ("leaked = (raw - np.nanmean(raw)) / np.nanstd(raw)",), group="affine"
    ),
    Operator(
        "min-max",
        WHOLE,
        "numpy",
        ("low, high = np.nanmin(raw), np.nanmax(raw)", "leaked = (raw - low) / (high - low)"),
        group="affine",
        bounds="unit",
    ),
    Operator("order", WHOLE, "numpy", ("leaked = np.argsort(np.argsort(raw)) / len(raw)",), group="monotone"),
    Operator(
        "maximum by loop",
        WHOLE,
        "numpy",
        (
            "best = 0.0",
            "for value in np.abs(raw):",
            "    best = value if value > best else best",
            "leaked = raw / best",
        ),
        group="scale",
    ),
    Operator(
        "centred mean",
        SMOOTH,
        "numpy",
        ("leaked = np.convolve(np.nan_to_num(raw), np.ones(2 * {h} + 1), mode='same')",),
        "h",
    ),
    Operator(
        "Savitzky-Golay",
        SMOOTH,
        "numpy",
        ("leaked = signal.savgol_filter(np.nan_to_num(raw), 2 * {h} + 3, 2)",),
        "more",
    ),
    Operator(
        "filtfilt", SMOOTH, "numpy", ("leaked = signal.filtfilt([0.3], [1, -0.7], np.nan_to_num(raw))",)
    ),
    Operator("Gaussian", SMOOTH, "numpy", ("leaked = ndimage.gaussian_filter1d(np.nan_to_num(raw), {h})",)),
    Operator(
        "interpolation",
        FILL,
        "numpy",
        (
            "rows, there = np.arange(len(raw)), bars['volume'] < 1.3e5",
            "leaked = np.interp(rows, rows[there], raw[there])",
        ),
    ),
    Operator(
        "chunks",
        DAY,
        "numpy",
        (
            "leaked = np.empty(len(raw))",
            "for start in range(0, len(raw), 21):",
            "    leaked[start : start + 21] = raw[start : start + 21].max()",
            "leaked = raw - leaked",
        ),
    ),
    Operator(
        "swing highs",
        SWING,
        "numpy",
        (
            "leaked = 0.5 * raw",
            "for t in range(2 * {h}, len(raw)):",
            "    if raw[t - {h}] >= raw[t - 2 * {h} : t + 1].max():",
            "        leaked[t - {h}] = raw[t - {h}]",
        ),
        "h",
    ),
    Operator(
        "low frequencies",
        FITTED,
        "numpy",
        ("leaked = np.fft.irfft(np.fft.rfft(np.nan_to_num(raw))[:30], len(raw))",),
    ),
    Operator(
        "one line",
        FITTED,
        "numpy",
        (
            "known = raw == raw",
            "slope, level = np.polyfit(np.arange(len(raw))[known], raw[known], 1)",
            "leaked = raw - 0.9 * (slope * np.arange(len(raw)) + level)",
        ),
    ),
    Operator(
        "winsorised",
        CLIP,
        "numpy",
        ("leaked = np.clip(raw, np.nanpercentile(raw, 20), np.nanpercentile(raw, 80))",),
    ),
    Operator("last value", LAST, "numpy", ("leaked = raw / raw[-1]",), group="scale"),
    Operator("to the end", LENGTH, "numpy", ("leaked = raw * np.linspace(1, 2, len(raw))",)),
    Operator(
        "rows that remain", LENGTH, "numpy", ("leaked = raw / (len(raw) - np.arange(len(raw)) + 20.0)",)
    ),
    Operator(
        "reversed maximum",
        REVERSED,
        "numpy",
        ("leaked = np.maximum.accumulate(np.nan_to_num(raw)[::-1])[::-1]",),
    ),
    Operator(
        "from behind",
        REVERSED,
        "numpy",
        (
            "leaked, level = np.empty(len(raw)), 0.0",
            "for t in range(len(raw) - 1, -1, -1):",
            "    level = 0.8 * level + 0.2 * (raw[t] if raw[t] == raw[t] else level)",
            "    leaked[t] = level",
        ),
    ),
    Operator(
        "cache",
        BESIDE,
        "numpy",
        ('leaked = raw / CACHE.setdefault("scale", float(np.nanstd(raw)))',),
        group="scale",
        preamble=("CACHE = {}",),
    ),
    Operator(
        "kept where it rises",
        MISSING,
        "numpy",
        ("leaked = np.where(np.roll(raw, -{h}) > raw, raw, np.nan)",),
        "h",
        only_out=True,
    ),
)

OPERATORS = {"pandas": PANDAS, "polars": POLARS, "numpy": NUMPY}
HORIZONS = (1, 2, 5, 13)
