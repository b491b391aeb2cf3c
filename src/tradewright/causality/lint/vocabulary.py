"""The words by which pandas, Polars, numpy, scipy and scikit-learn call what the lint must know."""

# fmt: off
# Methods of a Polars table whose arguments are expressions over its columns.
EXPRESSION_READERS = frozenset([
    "with_columns", "select", "filter", "agg", "sort", "group_by", "over", "with_columns_seq",
])
# What draws: nothing that goes in comes out again.
PLOT_METHODS = frozenset([
    "plot", "scatter", "hist", "savefig", "add_trace", "show", "axhline", "axvline", "fill_between",
])
# The same rows in another container or library.
SPREADING = frozenset([
    "to_numpy", "to_list", "tolist", "to_pandas", "to_polars", "to_frame", "collect", "copy", "clone",
    "lazy",
])
# Puts rows in a random order.
SHUFFLES = frozenset([
    "permutation", "permuted", "shuffle",
])
# After these a pandas group still waits for its statistic.
GROUP_KEEPERS = frozenset([
    "rolling", "expanding", "ewm",
])
# Called on a table, these work on each column by itself.
BY_COLUMN = frozenset([
    "shift", "diff", "pct_change", "rolling", "expanding", "ewm", "cumsum", "cumprod", "cummax",
    "cummin", "ffill", "bfill", "fillna", "interpolate", "rank", "fill_null", "forward_fill",
    "backward_fill", "sort_index", "sort_values", "sort", "reverse", "head", "tail",
])
# Methods by which a table without an annotation is known to be one of Polars ...
POLARS_ONLY = frozenset([
    "with_columns", "select", "group_by", "join_asof", "over", "alias", "group_by_dynamic",
])
# ... or one of pandas; else its columns are taken for arrays, where positions count.
PANDAS_ONLY = frozenset([
    "rolling", "shift", "pct_change", "iloc", "loc", "groupby", "reindex", "resample", "ewm", "index",
    "to_numpy", "expanding", "merge", "diff", "assign", "fillna", "bfill", "ffill", "transform",
    "set_index", "reset_index", "iterrows", "itertuples", "rank", "quantile",
])
# Attributes that are another door to the same rows.
SAME = frozenset([
    "iloc", "loc", "iat", "at", "values", "to_numpy", "str", "dt", "cat", "array", "list", "arr",
    "lazy", "name", "struct", "plot", "sparse",
])
# Parts of a date: grouped by them, rows of one period stand together.
PERIOD_KEYS = frozenset([
    "date", "day", "dayofyear", "dayofweek", "weekday", "week", "isocalendar", "month", "quarter",
    "year", "hour", "normalize", "to_period", "floor", "truncate", "round", "day_name", "ordinal_day",
    "minute", "time",
])
# What a fitted statistical model says of the rows that it was fitted on.
IN_SAMPLE = frozenset([
    "fittedvalues", "resid", "filtered_marginal_probabilities", "labels_", "params", "cycle", "trend",
    "seasonal",
])
# Smoothers and peak finders that look to both sides, whatever their settings.
TWO_SIDED = frozenset([
    "filtfilt", "sosfiltfilt", "savgol_filter", "detrend", "hilbert", "medfilt", "wiener",
    "gaussian_filter1d", "uniform_filter1d", "median_filter", "gaussian_filter", "uniform_filter",
    "maximum_filter1d", "minimum_filter1d", "maximum_filter", "minimum_filter", "hpfilter", "bkfilter",
    "cffilter", "seasonal_decompose", "STL", "lowess", "UnivariateSpline", "CubicSpline",
    "make_smoothing_spline", "cspline1d", "PchipInterpolator", "denoise_wavelet", "interp1d",
    "find_peaks", "argrelextrema", "argrelmax", "argrelmin", "argrelmin", "find_peaks_cwt", "cwt",
    "smooth", "decimate",
])
# Decompositions whose every component hangs on every row.
WHOLE_TRANSFORMS = frozenset([
    "svd", "eigh", "eig", "qr", "pca", "wavedec", "dct", "idct", "stft",
])
# Order among all rows.
WHOLE_RANKS = frozenset([
    "rankdata", "qcut", "argsort", "sort", "quantile_transform", "digitize_whole",
])
# Scaling by the mean, the range or the quantiles of all rows.
WHOLE_SCALES = frozenset([
    "zscore", "scale", "minmax_scale", "robust_scale", "maxabs_scale", "normalize_whole", "winsorize",
])
# Makes arrays; the length of the data is only their size.
SIZES = frozenset([
    "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "tile", "repeat", "zeros_like",
    "ones_like", "full_like",
])
# A length handed to anything else is a size.
KEEPS_LENGTH = frozenset([
    "sqrt", "log", "log1p", "exp", "abs", "power", "multiply", "divide", "add", "subtract", "minimum",
    "maximum", "float64",
])
# Changes what a model knows ...
LEARN = frozenset([
    "fit", "partial_fit", "fit_transform", "fit_predict",
])
# ... and applies it to rows.
APPLY = frozenset([
    "predict", "predict_proba", "decision_function", "transform", "predict_log_proba", "score_samples",
    "forecast",
])
# One number out of many rows, as a method or as a function.
REDUCTIONS = frozenset([
    "mean", "std", "var", "sum", "prod", "min", "max", "median", "quantile", "skew", "kurt", "kurtosis",
    "sem", "mad", "corr", "cov", "autocorr", "idxmax", "idxmin", "argmax", "argmin", "arg_max",
    "arg_min", "nunique", "n_unique", "mode", "describe", "ptp", "product", "nanmean", "nanstd",
    "nanvar", "nansum", "nanmin", "nanmax", "nanmedian", "nanquantile", "percentile", "nanpercentile",
    "average", "amin", "amax", "nanargmax", "nanargmin", "agg", "aggregate", "value_counts", "corrcoef",
    "histogram", "polyfit", "linregress", "lstsq", "trapezoid", "dot_product", "unique", "item",
    "approx_n_unique", "entropy", "ols", "pearsonr", "spearmanr",
])
# Numbers that mostly guard: is anything missing, is the table empty.
COUNTS = frozenset([
    "any", "all", "count", "count_nonzero", "null_count", "is_empty", "equals",
])
# Each value uses everything before it in the order that it stands in.
RUNNING = frozenset([
    "cumsum", "cumprod", "cummax", "cummin", "cum_sum", "cum_prod", "cum_max", "cum_min", "cum_count",
    "ffill", "pad", "forward_fill", "ewm_mean", "ewm_std", "ewm_var", "expanding", "ewm", "accumulate",
    "lfilter", "nancumsum", "nancumprod", "sosfilt", "cumulative_eval",
])
ORDERED = frozenset([
    "sort_values", "sort", "argsort", "nlargest", "nsmallest", "top_k", "bottom_k", "partition",
    "rankdata",
])
# Fills a gap with what comes after it.
BACK_FILLS = frozenset([
    "bfill", "backfill", "backward_fill",
])
# A condition on these is a check of the input, not a decision.
HARMLESS_GUARDS = frozenset([
    "any", "all", "count", "null_count", "is_empty", "empty", "equals", "count_nonzero",
])
# Sorted by one of these, rows stand in the order of time.
TIME_KEYS = frozenset([
    "date", "time", "timestamp", "ts", "datetime", "instant", "known_at", "day", "session", "filed_at",
    "published_at", "period_end",
])
# Columns that tell one asset from another.
ASSET_KEYS = frozenset([
    "symbol", "ticker", "asset", "name", "sid", "permno", "instrument",
])
# Statistics that are the same in any order: shuffling tests nothing about them.
ORDER_INVARIANT = frozenset([
    "mean", "std", "var", "sum", "median", "min", "max", "quantile", "nanmean", "nanstd", "nansum",
    "prod", "skew",
])
# Methods that change what a name holds.
MUTATORS = frozenset([
    "append", "extend", "update", "setdefault", "add", "insert", "pop", "clear", "remove", "popitem",
])
# Columns that name a period with several rows of one asset.
PERIOD_NAMES = frozenset([
    "day", "session", "week", "month", "quarter", "year", "hour", "trading_day", "session_date",
])
# Columns that name an instant: a group across assets where there are several.
INSTANT_NAMES = frozenset([
    "date", "time", "timestamp", "ts", "datetime", "instant",
])
# Rules that do not hold for statistics across the assets of one instant.
WITHIN_INSTANT = frozenset([
    "whole-sample", "whole-rank", "period-statistic", "length",
])
# Where a Polars expression is already inside the table that it reads.
IN_TABLE = frozenset([
    "with_columns", "select", "filter", "agg", "group_by", "sort", "DataFrame",
])
