"""What the searches came to: shares with the interval that their number allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.honesty.families import BEYOND_RECORDS
from benchmarks.honesty.searches import PLANTED, Setting
from tradewright.validation.figure import Interval
from tradewright.validation.proportion import wilson_interval

ADAPTIVE = "adaptive"
NOMINAL, CEILING, POWER_BAR = 0.05, 0.06, 0.64
MET, MISSED, OPEN, BEYOND = "met", "MISSED", "too few to tell", "beyond returns"
NOTHING = "not measured"
# What the gate on luck asks before live-1.
LIVE_LEVEL = 0.01
# Where the size is read as well: more searches pass at larger ones, so these are sharper.
LEVELS = (0.025, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Share:
    """So many of so many, and where the truth plausibly lies (Wilson, 95 %)."""

    hits: int
    searches: int

    @property
    def inside(self) -> Interval:
        """The interval."""
        return wilson_interval(self.hits, self.searches)

    def __str__(self) -> str:
        """As it is printed."""
        inside = self.inside
        return f"{self.hits / self.searches:6.1%}  {inside.low:5.1%} to {inside.high:5.1%}"


def table(rows: Sequence[dict[str, Any]], settings: Sequence[Setting]) -> tuple[str, bool]:
    """The printed table, and whether something was measured and no bar is shown to be missed."""
    if not rows:
        return f"{NOTHING}: the file holds no search of these settings by this code", False
    lines = [
        f"{'family':18}{'searcher':10}{'searches':>8}  luck gate at 5 %         and sealed years         "
        f"{'seconds':>8}  verdict",
        "worthless candidates that passed:",
    ]
    verdicts, power = [], []
    for setting in settings:
        own = [row for row in rows if Setting(**row["setting"]) == setting]
        if not own:
            continue
        if setting.family == PLANTED:
            power += _power_lines(setting, own)
            continue
        verdicts.append(verdict_on(setting, _share(own, "passed"), _share(own, "promoted")))
        lines.append(_line(setting.family, setting.searcher, own, ("passed", "promoted"), verdicts[-1]))
    lines += [*_size_lines(rows), *_ladder_lines(rows)]
    lines += _coverage_lines(rows)
    if power:
        lines += ["found, where one candidate has an edge:", *power]
    return "\n".join(lines), MISSED not in verdicts and not any(MISSED in line for line in power)


def verdict_on(setting: Setting, passed: Share, promoted: Share) -> str:
    """Whether false promotion is at most 5 %, as far as so many searches can say.

    The luck gate alone must hold where candidates were fixed before anybody looked. Whoever builds
    candidates from the answers (the adaptive searcher) is stopped by the sealed years, and judged there.
    Missed where the interval lies above 5 %, or a share over 6 % rests on 1,000 searches or more; met where
    the interval has 5 % in it or above it, and leaves no room for 10 %.
    """
    if setting.family in BEYOND_RECORDS:
        return BEYOND
    found = promoted if setting.searcher == ADAPTIVE else passed
    if found.inside.low > NOMINAL or (found.searches >= 1_000 and found.hits / found.searches > CEILING):
        return MISSED
    return MET if found.inside.high <= 2 * NOMINAL else OPEN


def _size_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Per family, how often the grid's best had a p of at most so much: the level itself where p is exact."""
    beside = (PLANTED, *BEYOND_RECORDS)
    grids = [row for row in rows if row["setting"]["searcher"] == "grid"]
    families = list(dict.fromkeys(row["setting"]["family"] for row in grids))
    lines = []
    for name in (one for one in families if one not in beside):
        found = [row["p"] for row in grids if row["setting"]["family"] == name]
        shares = "".join(f"{sum(p <= level for p in found) / len(found):8.1%}" for level in LEVELS)
        lines.append(f"{name:18}{'':10}{len(found):>8}  {shares}")
    asked = "".join(f"{f'{level:.1%}':>8}" for level in LEVELS)
    return [f"{'p of the best at most':38}{asked}", *lines] if lines else []


def _ladder_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """How high the best of worthless searches would climb if all other evidence were perfect.

    Luck, then the sealed years; live-1 asks luck again at 1 %, and operation that no search brings.
    """
    beside = (PLANTED, *BEYOND_RECORDS)
    asked = [
        row for row in rows if row["setting"]["searcher"] == "grid" and row["setting"]["family"] not in beside
    ]
    if not asked:
        return []
    at_paper = [row for row in asked if row["promoted"]]
    surer = Share(sum(row["p"] <= LIVE_LEVEL for row in at_paper), len(asked))
    return [
        f"of {len(asked):,} worthless grids on the ladder:",
        f"{'  reach paper':38}{Share(len(at_paper), len(asked))}",
        f"{'  and p at most 1 %, as live-1 asks':38}{surer}",
    ]


def _coverage_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Per family, how often the 90 % interval of what to expect of the grid's best holds the truth."""
    asked = [
        row for row in rows if row["covered"] is not None and row["setting"]["family"] not in BEYOND_RECORDS
    ]
    families = list(dict.fromkeys(row["setting"]["family"] for row in asked))
    own = [(name, [row for row in asked if row["setting"]["family"] == name]) for name in families]
    lines = [f"{name:18}{'':10}{len(rows):>8}  {_share(rows, 'covered')}" for name, rows in own]
    return ["90 % interval of the best's live Sharpe ratio holds the truth:", *lines] if lines else []


def _power_lines(setting: Setting, own: Sequence[dict[str, Any]]) -> list[str]:
    name, found = f"Sharpe {setting.planted:g}", _share(own, "right")
    if setting.searcher != "grid":
        return [_line(name, setting.searcher, own, ("right", "promoted"), "")]
    verdict = MET if found.hits / found.searches >= POWER_BAR else OPEN
    verdict = MISSED if found.inside.high < POWER_BAR else verdict
    return [
        _line(name, setting.searcher, own, ("right", "promoted"), verdict if setting.planted == 2.0 else ""),
        _line(name, "oracle", own, ("oracle",), ""),
    ]


def _share(own: Sequence[dict[str, Any]], what: str) -> Share:
    return Share(sum(row[what] for row in own), len(own))


def _line(
    family: str, searcher: str, own: Sequence[dict[str, Any]], shown: Sequence[str], verdict: str
) -> str:
    seconds = median(row["seconds"] for row in own)
    shares = "".join(f"{_share(own, what)!s:25}" for what in shown)
    return f"{family:18}{searcher:10}{len(own):>8}  {shares:50}{seconds:>8.2f}  {verdict}"
