"""Run the benchmarks: `python -m benchmarks [CASE ...] [--json FILE] [--rounds N] [--small]`.

Every figure is a ratio of times measured in turns in this one run. Under each case stands what it was held
against, and whether the machine was quiet enough for the figure to be claimed.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks import machine, report
from benchmarks.cases import CASES
from benchmarks.commands import CommandsResult, run_commands
from benchmarks.gateway import GatewayResult, run_gateway
from benchmarks.rounds import run_case
from benchmarks.streaming import StreamingResult, run_streaming
from benchmarks.verdict import MISSED

COMMANDS, GATEWAY, STREAMING = "commands", "gateway", "streaming"
BESIDE = (STREAMING, GATEWAY, COMMANDS)
SMALL_SCALE = 0.01


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the user asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join([*CASES, *BESIDE]))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round of every figure there")
    parser.add_argument("--rounds", type=int, default=9, help="turns each contestant takes (9)")
    parser.add_argument(
        "--small", action="store_true", help="tiny inputs: shows that it runs, claims nothing"
    )
    asked = parser.parse_args(given)
    unknown = [name for name in asked.cases if name not in (*CASES, *BESIDE)]
    if unknown:
        parser.error(f"'{unknown[0]}' is no case. Known: {', '.join([*CASES, *BESIDE])}.")
    if asked.rounds < 1:
        parser.error("--rounds must be 1 or more.")
    asked.cases = asked.cases or [*CASES, *BESIDE]
    return asked


def say(words: str) -> None:
    """Tell on the error stream what is going on."""
    print(words, file=sys.stderr, flush=True)


def _beside(name: str, asked: argparse.Namespace) -> CommandsResult | GatewayResult | StreamingResult:
    """A case that is no race: it is held against seconds, not against a contestant."""
    if name == GATEWAY:
        return run_gateway(asked.rounds, say, SMALL_SCALE if asked.small else 1.0)
    if name == STREAMING:
        return run_streaming(asked.rounds, asked.small, say)
    return run_commands(1 if asked.small else 5, say)


def run(given: list[str] | None = None) -> int:
    """Run what was asked for; 1 where a claimed bar was not met."""
    asked = arguments(given)
    described = machine.description()
    print(report.head(described), flush=True)
    results = []
    for name in asked.cases:
        if name in BESIDE:
            outcome = _beside(name, asked)
            doubt = report.doubt_of(outcome.others_cores, asked.small)
            print(outcome.table(doubt), flush=True)
            results.append(outcome.as_json(doubt))
            continue
        result = run_case(CASES[name](SMALL_SCALE if asked.small else 1.0), asked.rounds, say)
        doubt = report.doubt_of(result.others_cores, asked.small)
        print(report.table(result, doubt), flush=True)
        results.append(report.as_json(result, doubt))
    described["load_average_after"] = machine.load_average()
    if asked.json:
        asked.json.write_text(json.dumps({"machine": described, "cases": results}, indent=1) + "\n")
        say(f"written: {asked.json}")
    judged = [bar for result in results for bar in result["bars"]]
    return int(any(bar["status"] == MISSED and bar["claimed"] for bar in judged))


if __name__ == "__main__":
    sys.exit(run())
