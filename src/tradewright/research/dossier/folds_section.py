"""The study walked forward: folds on a time line, what each picked, and what was left of the promise."""

from collections import Counter

import numpy as np

from tradewright.research.dossier.charts import short_dollars
from tradewright.research.dossier.content import FoldLine, FoldLines
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.svg import Frame, Line, line_chart, staircase
from tradewright.research.dossier.tables import Column, missing, ratios_table, table
from tradewright.research.dossier.wording import counted, decimal, dollars, moment, per_cent, sentence

WHAT_IT_IS = (
    "Whoever looks at the whole history and then reports the best of it reports luck as well. Here the "
    "choice itself is put to the test: at the start of each fold the configuration that had done best on "
    "the training sessions is picked, as one would have done then, and it trades sessions that had no part "
    "in the choice. What is only luck does not last from one to the other."
)
WHAT_IS_PAID = (
    "The joined account is one account through all folds: where a fold picks something else, it moves there "
    "at the next session and pays for it. A fold's own ratio begins in cash and pays for its entry; on a "
    "month of sessions it says next to nothing, and only all folds together do."
)
NO_FOLDS = (
    "No folds were asked for, so nothing is known out of sample. Add [folds] to the study's file, for "
    'instance preset = "504/126/21".'
)
# Above this many a list of what was picked says less than its first rows.
MOST_PICKS = 12


def folds_section(folds: FoldLines | None) -> Html:
    """The walk in words, its figures, its time line, its account and its folds."""
    if folds is None:
        return missing(NO_FOLDS)
    listed = tag("details", tag("summary", "Every fold"), _folds_table(folds.folds))
    return join(
        tag("p", WHAT_IT_IS),
        tag("p", f"{counted(len(folds.folds), 'fold')}: {sentence(folds.how)}", class_="note"),
        ratios_table(folds.ratios),
        _time_line(folds.folds),
        _account(folds),
        tag("h3", "What was picked"),
        _picks_table(folds.folds),
        tag("p", WHAT_IS_PAID, class_="note"),
        listed,
    )


def _time_line(folds: tuple[FoldLine, ...]) -> Html:
    """One row a fold: thin what it learnt from, thick what it traded."""
    train = [np.array([getattr(one, name) for one in folds]) for name in ("train_first", "train_last")]
    test = [np.array([getattr(one, name) for one in folds]) for name in ("test_first", "test_last")]
    span = np.array([train[0].min(), test[1].max()], dtype=np.int64)
    words = (
        f"From the top down {counted(len(folds), 'fold')}. The first trains from {moment(int(train[0][0]))} "
        f"and trades from {moment(int(test[0][0]))} on; the last trades until {moment(int(test[1][-1]))}."
    )
    kinds = (("trained on", "train", train[0], train[1]), ("traded", "test", test[0], test[1]))
    frame = Frame(words, 50 + min(300, 14 * len(folds)), str)
    return _drawn("Folds on a time line", words, staircase(span, kinds, frame))


def _account(folds: FoldLines) -> Html:
    """The joined account, drawn over the sessions that had no part in any choice."""
    equity = folds.equity_usd
    known = equity[np.isfinite(equity)]
    if not len(known):
        return missing("The joined account has no value to draw.")
    words = (
        f"{dollars(float(known[0]))} on {moment(int(folds.instants[0]))} became {dollars(float(known[-1]))} "
        f"on {moment(int(folds.instants[-1]))}, sessions out of sample only."
    )
    frame = Frame(words, 260, short_dollars, is_log=bool(known.min() > 0))
    lines = (Line("Out of sample", "strategy", equity),)
    return _drawn("The joined account", words, line_chart(folds.instants, lines, frame) or Html())


def _drawn(heading: str, words: str, picture: Html) -> Html:
    """A picture that needs no script."""
    return tag("figure", tag("figcaption", tag("h3", heading), tag("p", words)), picture)


def _picks_table(folds: tuple[FoldLine, ...]) -> Html:
    """How often each configuration was picked: one that is always picked is a plateau, many are a lottery."""
    counts = Counter(one.picked for one in folds).most_common()
    columns = (Column("Parameters"), Column("Folds", True), Column("Share", True))
    rows = [(picked, f"{count:,}", per_cent(count / len(folds), 0)) for picked, count in counts[:MOST_PICKS]]
    rest = len(counts) - MOST_PICKS
    note = f", the {MOST_PICKS} most frequent" if rest > 0 else ""
    caption = f"{counted(len(counts), 'configuration')} picked in {counted(len(folds), 'fold')}{note}"
    return table(caption, columns, rows)


def _folds_table(folds: tuple[FoldLine, ...]) -> Html:
    """Each fold with its dates, its pick and both ratios."""
    columns = (
        Column("Fold"), Column("Trained on"), Column("Traded"), Column("Picked"),
        Column("Sharpe in sample", True), Column("Sharpe out of sample", True),
    )  # fmt: skip
    rows = [
        (
            str(number),
            f"{moment(one.train_first)} to {moment(one.train_last)}",
            f"{moment(one.test_first)} to {moment(one.test_last)}",
            one.picked,
            decimal(one.in_sample),
            decimal(one.out_of_sample),
        )
        for number, one in enumerate(folds, start=1)
    ]
    return table("Sharpe ratios a year; all of it stands in folds.parquet", columns, rows)
