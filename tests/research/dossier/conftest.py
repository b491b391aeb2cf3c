"""A study that never happened: seeded random walks, clearly named a fixture, shaped like a real dossier."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest

from tradewright.research.dossier.content import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    CheckLine,
    CostLine,
    DossierContent,
    ExecutionLines,
    FoldLine,
    FoldLines,
    GapLine,
    GateLine,
    GatewayLines,
    Grid,
    Identity,
    Luck,
    MonthlyReturns,
    Passport,
    QualityLine,
    Quantity,
    Ratio,
    Series,
    Setup,
    ShockLine,
    StopLine,
    Trade,
    VerdictLines,
    WaiverLine,
)
from tradewright.research.dossier.page import render
from tradewright.values.findings import Finding, Level
from tradewright.values.instant import NS_PER_DAY, instant_of

SYMBOLS = tuple(f"FIX{k:02d}" for k in range(20))
FIRST = instant_of("1990-01-02T21:00:00")


def instants_of(bars: int) -> np.ndarray:
    """Closes of weekdays, five of seven days."""
    days = np.array([7 * (k // 5) + k % 5 for k in range(bars)], dtype=np.int64)
    return FIRST + days * NS_PER_DAY


def walk(bars: int, seed: int, drift: float) -> np.ndarray:
    """A random walk of money that begins at one million dollars."""
    shocks = np.random.default_rng(seed).standard_t(5, bars) * 0.008 + drift
    shocks[0] = 0.0
    return 1e6 * np.exp(np.cumsum(shocks))


def drawdown_of(equity: np.ndarray) -> np.ndarray:
    """Distance below the running peak."""
    return equity / np.maximum.accumulate(equity) - 1.0


def make_series(bars: int) -> Series:
    """An account and a benchmark, rebalanced every 21 bars."""
    equity, benchmark = walk(bars, 7, 0.00042), walk(bars, 11, 0.00030)
    turnover = np.where(np.arange(bars) % 21 == 20, 0.35, 0.0)
    gross = np.clip(0.97 + 0.02 * np.sin(np.arange(bars) / 300), 0, 1)
    gross[:252] = 0.0
    return Series(
        instants_of(bars), equity, benchmark, drawdown_of(equity), drawdown_of(benchmark),
        gross, gross, turnover,
        "Equal weight of the same names, scaled every bar to the strategy's net exposure; the rest in cash.",
    )  # fmt: skip


def make_trades(count: int) -> tuple[Trade, ...]:
    """Round trips of every kind; the last one is still open."""
    draw = np.random.default_rng(3)
    trades = []
    for k in range(count):
        entry, days = FIRST + int(draw.integers(300, 11_000)) * NS_PER_DAY, int(draw.integers(20, 400))
        price, gain = float(draw.uniform(10, 200)), float(draw.standard_t(4) * 0.12)
        shares = float(draw.integers(10, 5_000))
        trades.append(
            Trade(
                SYMBOLS[k % 20], "long", entry, price, None if k == count - 1 else entry + days * NS_PER_DAY,
                price * (1 + gain), shares, shares * price * gain, shares * price * 0.0006, float(days),
            )
        )  # fmt: skip
    return tuple(trades)


def make_monthly() -> MonthlyReturns:
    """Thirty-two years, the last one cut short."""
    returns = np.random.default_rng(5).normal(0.008, 0.045, (32, 12))
    returns[-1, 11:] = np.nan
    annual = np.nanprod(1.0 + returns, axis=1) - 1.0
    return MonthlyReturns(tuple(range(1990, 2022)), returns, annual)


def make_grid() -> Grid:
    """Two parameters, one trial of which gave nothing."""
    metric = np.array([[0.41, 0.47, 0.52, 0.44], [0.48, 0.55, 0.58, 0.51], [0.39, 0.50, np.nan, -0.08]])
    lookbacks, tops = (126, 252, 504), (0.1, 0.2, 0.3, 0.5)
    return Grid(("lookback", "top"), (lookbacks, tops), "Sharpe ratio a year", metric, 12, (1, 2))


GATES = (
    GateLine("Data quality", PASS, "no unwaived error in 4 findings; errors waived: UNEXPLAINED_JUMP"),
    GateLine("Real data", FAIL, "the data are synthetic: they can never establish an edge"),
    GateLine("Free of survivorship", FAIL, "the universe holds only names that survived"),
    GateLine("Sample length", PASS, "8,312 returns; 4,210 are needed at 95 %", 8312.0, 4210.0, "bars"),
    GateLine("Sharpe ratio above zero", PASS, "the low end is above zero", 0.21, 0.0, "ratio a year"),
    GateLine("Beats the benchmark", FAIL, "the low end is below zero", -0.0131, 0.0, "share a year"),
    GateLine("Replay verified", NOT_EVALUATED, "not replayed yet"),
    GateLine("Capacity", NOT_EVALUATED, "no volume is known"),
)
RATIOS = (
    Ratio("Return a year", 0.1123, "share a year", 8312, "geometric, net of all costs", 0.052, 0.171),
    Ratio("Volatility a year", 0.1741, "share a year", 8312, "deviation times root 252", 0.16, 0.19),
    Ratio("Deepest drawdown", -0.4512, "share of equity", 8312, "from peak to trough", -0.61, -0.28),
    Ratio("Return over benchmark", 0.0122, "share a year", 8312, "at matched exposure", -0.0131, 0.0377),
    Ratio("Win rate", 0.541, "share", 1500, "round trips with a profit", 0.515, 0.566, 0.95, "trades"),
    Ratio("Turnover a year", 2.13, "times a year", 3001, "half the notional traded", sample_of="fills"),
    Ratio("Capacity", np.nan, "usd", 0, "", reason="no volume is known, so no capacity can be estimated"),
)  # fmt: skip
FINDINGS = (
    Finding("STALE_END", Level.WARNING, "FIX03", "the last 4 closes are equal", 4, "2021-11-04"),
    Finding("UNEXPLAINED_JUMP", Level.ERROR, "FIX07", "a 7:1 drop with no split on file", 1, "2014-06-09"),
    Finding("CLOSE_ONLY", Level.NOTE, "", "no open, high, low or volume is known"),
)


def make_identity() -> Identity:
    return Identity(
        "Fixture: momentum on random walks",
        "Names that rose most over the past year, the last month left out, keep rising. FIXTURE: made up.",
        "9f2c41d07b8e5a6634c1", "c0ffee5a17e4d2b9", "fixture-code-version", 20240131, "2024-01-31T09:30:00Z",
    )  # fmt: skip


def make_passport() -> Passport:
    return Passport(
        "a6b1c9f04d3e7712", "fixture-walks", "synthetic", "this test suite", "none", "XNYS",
        "1990-01-02", "2021-11-10", 166_240, SYMBOLS, True,
        ("The universe was chosen knowing who would survive; past returns are too good",
         "Only closing prices are known: fills happen at the next close."),
        FINDINGS, (WaiverLine("UNEXPLAINED_JUMP", "a spin-off that the vendor does not record"),),
    )  # fmt: skip


def make_setup() -> Setup:
    return Setup(
        "1990-01-02", "2021-11-10", SYMBOLS, "momentum",
        (Quantity("lookback", 252, "bars"), Quantity("skip", 21, "bars"), Quantity("top", 0.3, "of names")),
        "equal weight of the universe", "realistic",
        (Quantity("half spread", 2.0, "bps"), Quantity("commission", 0.005, "USD a share"),
         Quantity("participation", 0.1, "of the bar's volume"), Quantity("borrow rate", 0.03, "a year")),
        1_000_000.0, (Quantity("largest gross exposure", 1.0, "times equity"), Quantity("fractional", False)),
        "Holds the names with the highest trailing return, equally weighted, renewed monthly",
    )  # fmt: skip


def make_execution() -> ExecutionLines:
    """Execution, gateway, gaps and shocks."""
    slippage = Ratio("Arrival slippage", 4.2, "bps", 120, "by hand", 3.1, 5.3, 0.95, "orders")
    return ExecutionLines(
        (QualityLine(slippage, "at most 25 bps", "within the limit"),),
        (Ratio("Shortfall: delay", 1.5, "bps", 120, "by hand", -2.0, 5.0, 0.95, "orders"),),
        GatewayLines("balanced", 100, 60, 10, 30, (("order size", 30),), ("needs_locate",), "tripped"),
        (GapLine("all instruments", 1_000, 300, 20, 12, 0.011, -0.08),),
        (StopLine(0.01, 400, 20, 0.004, 0.03),),
        "2 of the run's own 40 stops were jumped: on average 1.2 % beyond their price.",
        (ShockLine("Black Monday", "1987-10-19", "an index", 0.2047, 0.31),),
    )


def make_folds(count: int = 4, bars: int = 400) -> FoldLines:
    """Folds that train on a hundred days and trade the next fifty, each picking another lookback."""
    when = instants_of(100 + 50 * count)
    folds = tuple(
        FoldLine(
            int(when[50 * k]), int(when[50 * k + 98]), int(when[50 * k + 100]), int(when[50 * k + 149]),
            f"lookback = {(126, 252)[k % 2]}", 1.4 - 0.1 * k, np.nan if k == 2 else 0.5 * k,
        )
        for k in range(count)
    )  # fmt: skip
    ratios = (
        Ratio("Sharpe ratio a year, out of sample", 0.62, "ratio a year", bars, "by hand", 0.05, 1.2),
        Ratio("Sharpe ratio a year, in sample", 1.25, "ratio a year", count, "average", sample_of="folds"),
        Ratio("Kept out of sample", 0.496, "share of ratio", bars, "by hand", 0.04, 0.96),
    )
    how = "trained on 100 sessions, tested on the 50 that follow, picked anew every 50"
    tested = when[100:]
    return FoldLines(how, folds, ratios, tested, walk(len(tested), 13, 0.0004))


def make_checks() -> tuple[CheckLine, ...]:
    """One check with an interval, one without, one that nobody could evaluate."""
    share = Ratio("Overfitting", 0.42, "share", 900, "252 halves", 0.1, 0.8)
    p = Ratio("Timing", 0.0312, "p", 900, "880 shifts")
    unknown = Ratio("Equality", np.nan, "p", 900, "", reason="they move as one")
    return (
        CheckLine(share, "does it last?", "at half, no"),
        CheckLine(p, "was it timed?", "small says yes"),
        CheckLine(unknown, "equal?", "large: unknown"),
    )


def make_content(bars: int = 8_312, trades: int = 1_500) -> DossierContent:
    """A whole dossier of the given size."""
    how = "mean over deviation of daily returns above cash; stationary block bootstrap, 2,000 draws"
    costs = (
        CostLine("spread", 81_233.12, 9.4), CostLine("commission", 22_871.5, 2.6),
        CostLine("margin interest", 0.0, 0.0), CostLine("cash interest", -4_102.77, -0.5, True),
    )  # fmt: skip
    notes = (
        "Close-only data: orders decided at a close are filled at the next close",
        "The participation cap was not applied, for lack of volume.",
    )
    return DossierContent(
        make_identity(), make_passport(), make_setup(),
        VerdictLines("NOT ESTABLISHED: 3 gates failed, 2 not evaluated", FAIL, GATES),
        Ratio("Sharpe ratio a year", 0.57, "ratio a year", bars, how, 0.21, 0.93),
        Luck(12, 0.29, "expected best of 12 worthless independent tries; 11 finished, 1 failed",
             0.034, "over cash, the weaker of both; studentised SPA, blocks of 21 bars, 1,000 draws", 0.91),
        RATIOS, make_series(bars), make_monthly(), make_trades(trades), costs, make_grid(), notes,
        execution=make_execution(), folds=make_folds(), checks=make_checks(),
    )  # fmt: skip


def bare_content() -> DossierContent:
    """A dossier in which nothing was evaluated."""
    return DossierContent(
        make_identity(), make_passport(), make_setup(),
        VerdictLines("NOT ESTABLISHED: no gate was asked", NOT_EVALUATED, ()),
        Ratio("Sharpe ratio a year", np.nan, "ratio a year", 0, "", reason="the account never traded"),
        Luck(None, np.nan, "no ledger was kept"),
    )  # fmt: skip


VOID_ELEMENTS = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Element:
    """One element of a page that was read back: its attributes, all text inside and its children."""

    name: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())

    def every(self, name: str = "", **wanted: str) -> list["Element"]:
        """All elements inside with this name and these attributes; class_ asks for one of the classes."""
        found = []
        for child in self.children:
            if name in ("", child.name) and child.has(wanted):
                found.append(child)
            found += child.every(name, **wanted)
        return found

    def one(self, name: str = "", **wanted: str) -> "Element":
        found = self.every(name, **wanted)
        assert len(found) == 1, f"{len(found)} elements {name} {wanted}"
        return found[0]

    def has(self, wanted: dict[str, str]) -> bool:
        given = self.attributes
        classes = given.get("class", "").split()
        return all(
            value in classes if key == "class_" else given.get(key.replace("_", "-")) == value
            for key, value in wanted.items()
        )


class PageReader(HTMLParser):
    """Reads a page strictly: what is opened must be closed, in order, and nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute of <{tag}> is written twice"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(element)
        if tag not in VOID_ELEMENTS:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_ELEMENTS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        # Scripts and styles are no words; their text stays with them alone.
        holders = self.open[-1:] if self.open[-1].name in ("script", "style") else self.open
        for element in holders:
            element.pieces.append(data)


def read_page(page: str) -> Element:
    """The page as a tree; fails where it is not well formed."""
    reader = PageReader()
    reader.feed(page)
    reader.close()
    assert [element.name for element in reader.open] == ["document"], "something was never closed"
    return reader.root


@pytest.fixture(scope="session")
def read() -> Callable[[str], Element]:
    """Reads a page, or a part of one, into a tree."""
    return read_page


@pytest.fixture(scope="session")
def tree(page: str) -> Element:
    return read_page(page)


@pytest.fixture(scope="session")
def bare_tree(bare_page: str) -> Element:
    return read_page(bare_page)


@pytest.fixture(scope="session")
def content() -> DossierContent:
    return make_content()


@pytest.fixture(scope="session")
def bare() -> DossierContent:
    return bare_content()


@pytest.fixture(scope="session")
def sized() -> Callable[[int, int], DossierContent]:
    """Makes a dossier of so many bars and trades."""
    return make_content


@pytest.fixture(scope="session")
def page(content: DossierContent) -> str:
    return render(content)


@pytest.fixture(scope="session")
def bare_page(bare: DossierContent) -> str:
    return render(bare)
