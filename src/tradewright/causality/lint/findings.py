"""What the lint says: one finding a place, with its rule, the reason, the mend and how sure it is.

Rules are named by what happens, not by the library's word for it, so that `shift(-1)`, `np.roll(x, -1)` and
`x[1:]` are one. The stage is the audit's, for whoever wants to know which part of the work to mend.
"""

from dataclasses import dataclass
from enum import Enum


class Confidence(Enum):
    """How sure a finding is: what was assumed to reach it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Rule:
    """One way of seeing the future: why it is one, and what to write instead."""

    why: str
    mend: str
    stage: str = "features"


RULES: dict[str, Rule] = {
    "shift-ahead": Rule("A negative shift puts a later row beside this one.", "Shift by a positive number."),
    "index-ahead": Rule("The index points at a later row.", "Read rows up to the one that is written."),
    "written-back": Rule(
        "What a later row decides is written to an earlier one.",
        "Write it to the row at which it is confirmed.",
    ),
    "whole-sample": Rule(
        "A statistic of all rows enters each of them.",
        "Use expanding() or rolling(), or a statistic of a training part that ends before the row.",
    ),
    "whole-rank": Rule(
        "A rank, bin or order among all rows depends on the later ones.", "Rank in a trailing window."
    ),
    "centred-window": Rule("A centred window holds later rows.", "Leave out center=True: end it at its row."),
    "two-sided-filter": Rule(
        "This filter smooths from both sides.", "Use a one-sided filter (lfilter, ewm, a trailing window)."
    ),
    "back-fill": Rule("A gap is filled from the value after it.", "Fill forward, or leave it empty."),
    "interpolation": Rule("A gap is bridged towards the value after it.", "Fill forward, or leave it empty."),
    "period-statistic": Rule(
        "Each row of a period gets a statistic of the whole period, also of its rest.",
        "Accumulate within the period (cummax, expanding), or shift the periods by one.",
    ),
    "forming-bar": Rule(
        "A bar stamped at its beginning is joined before it has closed.",
        "Label it at its right edge, or shift the bars by one before joining.",
    ),
    "join-ahead": Rule(
        "The join takes a row that comes later.", "Join backward, on the instant it was known.", "data"
    ),
    "join-period-end": Rule(
        "Rows are joined when their period ended, before they were published.",
        "Join on the instant of publication (known_at, filed_at).",
        "data",
    ),
    "join-undated": Rule(
        "Entries of another table count without their dates, also before they existed.",
        "Join them backward on the instant they were known.",
        "data",
    ),
    "join-open-stamp": Rule(
        "Bars are joined on their opening stamp, before they have closed.",
        "Join on the instant they closed.",
        "data",
    ),
    "revised-value": Rule(
        "A revised figure stands where only its first release was known.",
        "Use first releases, or join on the instant of the revision.",
        "data",
    ),
    "whole-transform": Rule(
        "A transform of the whole series mixes later rows into each.",
        "Transform a trailing window, or fit on a training part that ends before the row.",
    ),
    "last-value": Rule(
        "The last row of the data enters earlier ones.", "Use the first row, or a trailing one."
    ),
    "length": Rule(
        "How much data there is says how much is still to come.", "Count rows from the beginning."
    ),
    "reversed": Rule("In reversed order, what looks back looks ahead.", "Compute in the order of time."),
    "wrapped": Rule("np.roll brings the last rows to the front.", "Overwrite the first rows with NaN."),
    "later-filter": Rule(
        "Whether a row is there depends on later rows.", "Filter by what was known at the row."
    ),
    "smoothed-states": Rule(
        "Smoothed states are estimated from the rows after them too.", "Use the filtered probabilities."
    ),
    "own-bar": Rule(
        "A decision at the open reads a value known at that bar's close.", "Shift it by one row.", "strategy"
    ),
    "global": Rule(
        "It reads something beside its table, which may hold anything.",
        "Hand it in as an argument.",
        "side channel",
    ),
    "file": Rule("It reads a file beside its table.", "Read it outside and hand it in.", "side channel"),
    "clock": Rule("It reads the clock.", "Hand the instant in as an argument.", "side channel"),
    "network": Rule(
        "It asks the network.", "Fetch it outside, with the instant it was known.", "side channel"
    ),
    "fit-whole": Rule(
        "It was fitted on rows at or after those that it is applied to.",
        "Fit on rows before the split only.",
        "model",
    ),
    "shuffled-split": Rule(
        "The split puts later rows into training.", "Split in time: TimeSeriesSplit, shuffle=False.", "model"
    ),
    "label-overlap": Rule(
        "Training labels reach into the rows that are predicted.",
        "Leave a gap of the label's horizon between training and test rows.",
        "model",
    ),
    "chosen-on-test": Rule(
        "What is chosen on the test rows is then judged on them.",
        "Choose on validation rows that end before the test.",
        "model",
    ),
    "in-fold": Rule(
        "A second model learns from predictions of rows that the first was trained on.",
        "Give it out-of-fold predictions made forward in time.",
        "model",
    ),
    "resampled-before-split": Rule(
        "Rows were added or copied before the split, so both sides hold the same ones.",
        "Augment the training rows alone, after the split.",
        "model",
    ),
    "cannot-fail": Rule(
        "Shuffling does not change this statistic: the test cannot fail.",
        "Shuffle the signal against the returns, or use a statistic of their order.",
        "research",
    ),
}


@dataclass(frozen=True, order=True)
class LintFinding:
    """One place where a row may know what comes after it.

    `line` and `column` count from 1 and 0, as Python's own errors do. `rows_ahead` is how far it looks, None
    where it sees to the end. `suppressed` holds the reason written beside it, empty where there is none.
    `channels` are the columns of the answer that it reaches, where they have names.
    """

    path: str
    line: int
    column: int
    rule: str
    operator: str
    function: str
    confidence: Confidence = Confidence.LIKELY
    rows_ahead: int | None = None
    suppressed: str = ""
    channels: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why it looks ahead."""
        return RULES[self.rule].why

    @property
    def mend(self) -> str:
        """What to write instead."""
        return RULES[self.rule].mend

    @property
    def stage(self) -> str:
        """The stage of the pipeline at which it stands."""
        return RULES[self.rule].stage

    def __str__(self) -> str:
        """As a compiler says it: file:line:column, then the words."""
        place = f"{self.path}:{self.line}:{self.column + 1}"
        return f"{place} {self.rule} ({self.confidence.value}): {self.operator}. {self.why} {self.mend}"
