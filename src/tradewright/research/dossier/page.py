"""The page: verdict first, then what it rests on. Same content, same bytes; nothing is ever loaded."""

import base64
import hashlib
from importlib.resources import files

from tradewright.research.dossier.charts import (
    Chart,
    drawdown_chart,
    equity_chart,
    exposure_chart,
    has_intraday_bars,
    shared_columns,
    turnover_chart,
)
from tradewright.research.dossier.checks_section import checks_section
from tradewright.research.dossier.content import DossierContent
from tradewright.research.dossier.execution_section import (
    execution_section,
    gateway_section,
    stress_section,
)
from tradewright.research.dossier.folds_section import folds_section
from tradewright.research.dossier.forecasts_section import forecasts_section
from tradewright.research.dossier.grid_chart import grid_chart
from tradewright.research.dossier.grid_table import grid_table
from tradewright.research.dossier.ladder_section import ladder_section
from tradewright.research.dossier.markup import Html, data_block, escape, join, tag
from tradewright.research.dossier.moved_table import moved_table
from tradewright.research.dossier.passport_tables import (
    findings_table,
    passport_facts,
    some_of,
    waivers_table,
)
from tradewright.research.dossier.profit_chart import profit_chart
from tradewright.research.dossier.tables import (
    costs_table,
    missing,
    monthly_table,
    quantities,
    quantity_pairs,
    ratios_table,
)
from tradewright.research.dossier.trade_table import trade_tables
from tradewright.research.dossier.verdict_section import verdict_section
from tradewright.research.dossier.wording import (
    MINUS,
    counted,
    dollars,
)

# A browser would break a line between a minus sign and its dollars.
JOINER = "\u2060"
SECTIONS = (
    ("verdict", "Verdict"), ("performance", "Performance"), ("folds", "Out of sample"),
    ("forecasts", "Forecasts"), ("checks", "Cross-checks"), ("ladder", "The way to real money"),
    ("costs", "Costs"),
    ("execution", "Execution"), ("gateway", "Gateway"), ("stress", "Gaps and stress"), ("trades", "Trades"),
    ("parameters", "Parameters"), ("data", "Data passport"), ("setup", "Set-up"),
)  # fmt: skip


def render(content: DossierContent) -> str:
    """The dossier as one HTML text: it works offline, forbids all network and runs only its own scripts.

    Property: equal content gives equal bytes; no clock, no random id.
    """
    charts = _charts(content)
    styles, script, library = _packaged("style.css"), _packaged("script.js"), _chart_library()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(library, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{content.identity.title} \u00b7 Tradewright dossier"),
        tag("style", styles),
    )
    body = tag(
        "body",
        _header(content),
        tag("main", *(_section(content, charts, name, title) for name, title in _sections(content))),
        _footer(content),
        # The data stand before the scripts: these run as soon as they are read.
        data_block("dossier-data", _drawings(content, charts)),
        tag("script", library),
        tag("script", script),
    )
    return f'<!DOCTYPE html>\n<html lang="en">{head}{body}</html>\n'


def _packaged(name: str) -> Html:
    """A file that lies beside this module."""
    return Html(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _chart_library() -> Html:
    """The chart library's own script, once; the page holds it so that it works offline.

    Raises: ValueError where the library's text would end its own element.
    """
    from plotly.offline import get_plotlyjs

    # A browser hashes a script after turning every line end into one line feed; the policy must agree.
    text = str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")
    if "</script" in text.lower():
        raise ValueError("this release of plotly.js cannot stand inside a page")
    return Html(text)


def _policy(*scripts: Html) -> str:
    """What the browser may do: nothing, but run these very scripts and draw."""
    # Scripts are named by their hash: one that text from outside smuggled in would not run.
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _charts(content: DossierContent) -> dict[str, Chart]:
    """Every chart of the page by name."""
    series = content.series if content.series is not None and len(content.series.instants) else None
    over_time = (equity_chart, drawdown_chart, exposure_chart, turnover_chart)
    every = [make(series) for make in over_time]
    every += [profit_chart(content.trades), grid_chart(content.grid)]
    return {chart.name: chart for chart in every}


def _drawings(content: DossierContent, charts: dict[str, Chart]) -> dict[str, object]:
    """What the page's script draws from."""
    drawn = [chart.drawing for chart in charts.values() if chart.traces]
    return {"columns": shared_columns(content.series), "charts": drawn}


def _header(content: DossierContent) -> Html:
    """What was asked, before what was found."""
    identity, setup = content.identity, content.setup
    links = [tag("a", title, href=f"#{name}") for name, title in _sections(content)]
    period = tag("span", f"{setup.period_first} to {setup.period_last}", class_="dates")
    pairs = (
        ("Strategy", setup.strategy),
        ("Universe", counted(len(setup.universe), "instrument")),
        ("Period", period),
        ("Execution profile", setup.profile),
        ("Capital", dollars(setup.capital_usd)),
    )
    return tag(
        "header",
        tag("p", "Tradewright dossier", class_="kicker"),
        tag("h1", identity.title),
        tag("blockquote", tag("p", identity.hypothesis, dir="auto"), class_="hypothesis"),
        quantities(pairs),
        tag("nav", *links, aria_label="Sections"),
    )


def _sections(content: DossierContent) -> tuple[tuple[str, str], ...]:
    """The sections of this page: one on forecasts where there were any."""
    return tuple(one for one in SECTIONS if one[0] != "forecasts" or content.forecasts is not None)


def _section(content: DossierContent, charts: dict[str, Chart], name: str, title: str) -> Html:
    """One section of the page under its heading."""
    parts = {
        "verdict": lambda: verdict_section(content),
        "performance": lambda: _performance(content, charts),
        "folds": lambda: folds_section(content.folds),
        "forecasts": lambda: forecasts_section(content.forecasts) if content.forecasts else Html(),
        "checks": lambda: checks_section(content.checks),
        "ladder": lambda: ladder_section(content.ladder),
        "costs": lambda: join(costs_table(content.costs), figure(charts["turnover"])),
        "execution": lambda: execution_section(content.execution),
        "gateway": lambda: gateway_section(content.execution),
        "stress": lambda: stress_section(content.execution),
        "trades": lambda: _trades(content, charts),
        "parameters": lambda: _parameters(content, charts),
        "data": lambda: _passport(content),
        "setup": lambda: _setup(content),
    }
    heading = f"{name}-heading"
    return tag("section", tag("h2", title, id=heading), parts[name](), id=name, aria_labelledby=heading)


def figure(chart: Chart) -> Html:
    """A chart: words, the static picture, and an empty place that the script fills and shows instead."""
    heading = tag("h3", chart.heading)
    if chart.missing:
        return tag("div", heading, missing(chart.missing), class_="chart-absent")
    words = tag("figcaption", heading, tag("p", chart.words.replace(f"{MINUS}$", f"{MINUS}{JOINER}$")))
    if not chart.traces:
        return tag("figure", words)
    scale = tag("button", "Linear scale", type="button", data_scale=chart.name, hidden=True)
    return tag(
        "figure",
        words,
        scale if chart.can_be_log else Html(),
        tag("div", chart.static, class_="static"),
        tag("div", id=f"chart-{chart.name}", class_="plot", role="img", aria_label=chart.words),
        class_="chart",
    )


def _performance(content: DossierContent, charts: dict[str, Chart]) -> Html:
    """The account over time, its measures and its months."""
    pictures = (figure(charts[name]) for name in ("equity", "drawdown", "exposure"))
    measures = join(tag("h3", "Measures"), ratios_table((content.sharpe, *content.ratios)))
    months = join(tag("h3", "Months"), monthly_table(content.monthly))
    return join(*pictures, measures, months)


def _trades(content: DossierContent, charts: dict[str, Chart]) -> Html:
    """How round trips are spread, and which they were."""
    with_time = content.series is not None and has_intraday_bars(content.series.instants)
    listed = trade_tables(content.trades, content.full_trades_file, with_time)
    return join(figure(charts["profits"]), listed) if content.trades else listed


def _parameters(content: DossierContent, charts: dict[str, Chart]) -> Html:
    """The neighbourhood of the reported parameters."""
    chart, grid = charts["grid"], content.grid
    moved = moved_table(content.moved)
    if grid is None or chart.missing:
        return moved or missing(chart.missing)
    if not chart.traces:
        return join(figure(chart), grid_table(grid), moved)
    # Open for paper and for readers without the script, which folds it once the picture stands.
    listed = tag("details", tag("summary", "The grid as a table"), grid_table(grid), open=True, class_="twin")
    return join(figure(chart), listed, moved)


def _passport(content: DossierContent) -> Html:
    """The data and what was found wrong with them."""
    return join(
        passport_facts(content.passport),
        tag("h3", "Quality findings"),
        findings_table(content.passport),
        tag("h3", "Waivers"),
        waivers_table(content.passport.waivers),
    )


def _setup(content: DossierContent) -> Html:
    """Everything that would have to be typed to run it again."""
    identity, setup = content.identity, content.setup
    traded = (
        ("Strategy", join(setup.strategy, *((". ", setup.strategy_about) if setup.strategy_about else ()))),
        *quantity_pairs(setup.parameters),
        ("Universe", some_of(setup.universe)),
        ("Benchmark", setup.benchmark),
    )
    account = (("Capital", dollars(setup.capital_usd)), *quantity_pairs(setup.account))
    exact = (
        ("Run", tag("code", identity.run_id)),
        ("Study", tag("code", identity.study_hash)),
        ("Code version", tag("code", identity.code_version)),
        ("Seed", str(identity.seed)),
        *((("Made at", identity.created_at),) if identity.created_at else ()),
    )
    return join(
        tag("h3", "What was traded"), quantities(traded),
        tag("h3", f"Execution profile: {setup.profile}"), quantities(quantity_pairs(setup.profile_numbers)),
        tag("h3", "Account"), quantities(account),
        tag("h3", "To run it again"), quantities(exact),
    )  # fmt: skip


def _footer(content: DossierContent) -> Html:
    """How to check the page."""
    command = tag("code", f"tradewright runs verify {content.identity.run_id}")
    words = ("Computed again in a new process and compared byte for byte by ", command, ".")
    return tag("footer", tag("p", *words), tag("p", escape("This page loads nothing from the network.")))
