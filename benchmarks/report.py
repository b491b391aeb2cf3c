"""What is printed and what is written: the same figures, as a table for people and as JSON for programs."""

from collections.abc import Iterable
from statistics import median

from benchmarks.machine import BUSY_CORES
from benchmarks.rounds import CaseResult, Line
from benchmarks.verdict import AIM, MET, MISSED, Judged

BUSY, SMALL = "the machine was busy", "tiny inputs"


def doubt_of(others_cores: float | None, is_small: bool) -> str:
    """Why a figure is no evidence; empty where it may be claimed."""
    if is_small:
        return SMALL
    return BUSY if others_cores is not None and others_cores > BUSY_CORES else ""


def status(one: Judged, doubt: str) -> str:
    """A bar's verdict, and why it is not claimed."""
    is_verdict = one.status in (MET, AIM, MISSED)
    return f"{one.status} (not claimed: {doubt})" if doubt and is_verdict else one.status


def head(machine: dict) -> str:
    """The machine in two lines."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    load = machine["load_average_before"]
    told = "unknown" if load is None else f"{load:.2f}"
    return f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; load {told}\n{versions}"


def table(result: CaseResult, doubt: str) -> str:
    """One case as text: each contestant, then each bar."""
    case = result.case
    per = f"ns/{case.work_unit}"
    width = max(len(entry.name) for entry in case.entries) + 2
    rows = [f"\n== {case.name}: {case.title}", f"   inside the clock: {case.includes}"]
    rows.append(f"   {'':{width}}{'median':>10}{'best':>10}{'worst':>10}{per:>14}{'memory':>10}{'fills':>9}")
    for entry in case.entries:
        line = result.lines.get(entry.name)
        told = _row(line, case.work) if line else f"  {result.absent.get(entry.name, 'did not run')}"
        rows.append(f"   {entry.name:{width}}{told}")
    rows += [f"   {one.entry.name}: {one.agreement}" for one in result.lines.values() if one.agreement]
    rows += bars(result.judged, doubt)
    if result.others_cores is not None:
        rows.append(f"   others used {result.others_cores:.2f} cores meanwhile")
    return "\n".join(rows)


def _row(line: Line, work: float) -> str:
    seconds = [turn.seconds for turn in line.turns]
    middle = median(seconds)
    times = "".join(f"{value * 1e3:>7.1f} ms" for value in (middle, min(seconds), max(seconds)))
    told = f"{line.fills:,}" if line.fills >= 0 else "-"
    return f"{times}{middle / work * 1e9:>14.2f}{line.memory_mib:>6.0f} MiB{told:>9}"


def bars(judged: Iterable[Judged], doubt: str) -> list[str]:
    """Each bar as a line: figure, spread, limit, verdict."""
    rows = []
    for one in judged:
        bar = one.bar
        if one.value is None:
            rows.append(f"   - {bar.words}: {one.status} ({one.reason})")
            continue
        figure = f"{_figure(one.value, bar.unit)} [{_figure(one.low, '')} to {_figure(one.high, bar.unit)}]"
        limit = ""
        if bar.limit is not None:
            limit = f", {'at most' if bar.at_most else 'at least'} {_figure(bar.limit, bar.unit)}"
        aim = f", aim {_figure(bar.aim, bar.unit)}" if bar.aim is not None else ""
        reason = f" ({one.reason})" if one.reason else ""
        rows.append(f"   - {bar.words}: {figure}{aim}{limit}: {status(one, doubt)}{reason}")
    return rows


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "?"
    digits = f"{value:,.0f}" if value >= 1_000 else f"{value:.2f}"
    return f"{digits} {unit}".strip()


def as_json(result: CaseResult, doubt: str) -> dict:
    """One case with every round, for programs."""
    return {
        "case": result.case.name,
        "title": result.case.title,
        "inside_the_clock": result.case.includes,
        "work": result.case.work,
        "work_unit": result.case.work_unit,
        "others_cores": result.others_cores,
        "contestants": [_contestant(line) for line in result.lines.values()],
        "absent": result.absent,
        "bars": [bar_as_json(one, doubt) for one in result.judged],
    }


def _contestant(line: Line) -> dict:
    return {
        "name": line.entry.name,
        "seconds": [turn.seconds for turn in line.turns],
        "first_s": line.first_s,
        "memory_mib": line.memory_mib,
        "fills": line.fills,
        "versions": line.versions,
        "agreement": line.agreement,
        "agrees": line.agrees,
    }


def bar_as_json(one: Judged, doubt: str) -> dict:
    """One judged bar, for programs."""
    bar = one.bar
    return {
        "bar": bar.words,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": bar.unit,
        "aim": bar.aim,
        "limit": bar.limit,
        "side": "at most" if bar.at_most else "at least",
        "status": one.status,
        "claimed": not doubt and one.value is not None,
        "reason": one.reason,
    }
