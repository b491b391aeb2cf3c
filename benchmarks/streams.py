"""Trade random streams of orders by the reference and the compiled twin: `python -m benchmarks.streams [N]`.

Every stream in every reading, compared to the last bit. Seeds are 0 to N - 1 (10,000), or from --first on; a
stream that differs is named by its seed, so that it can be drawn again.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "kernel"))

from markets import WAYS, Traits, kept_by  # noqa: E402
from order_drivers import ORDER_DRIVERS, order_differences  # noqa: E402
from order_streams import OrderStream, draw_orders  # noqa: E402

from tradewright.execution.profiles.registry import PROFILES  # noqa: E402
from tradewright.values.profile import ACCOUNT_TYPES, AccountOptions  # noqa: E402
from tradewright.values.reading import Reading  # noqa: E402


def stream_of(seed: int) -> OrderStream:
    """The stream of a seed: market, account and profile are drawn too.

    Accounts of every type, balances converted and kept, facts about borrowing by name, and instruments from
    abroad are among them.
    """
    random = np.random.default_rng([seed, 1])
    rules = replace(
        list(PROFILES.values())[seed % len(PROFILES)],
        latency_bars=int(random.choice([0, 0, 1, 3])),
        touch_fill_share=float(random.choice([0.0, 0.5, 1.0])),
        conversion_bps=float(random.choice([0.0, 10.0])),
    )
    account = AccountOptions(
        float(random.choice([500.0, 10_000.0, 1e6])),
        float(random.choice([0.5, 1.0, 2.0, 10.0])),
        bool(random.integers(0, 2)),
        bool(random.integers(0, 2)),
        str(random.choice(list(ACCOUNT_TYPES))),
    )
    traits = Traits(
        bars=int(random.integers(1, 50)),
        assets=int(random.integers(1, 4)),
        gaps=float(random.choice([0.0, 0.05, 0.3, 0.7])),
        acts=int(random.integers(0, 8)),
        closes_alone=bool(random.random() < 0.1),
        volume=float(random.choice([30.0, 1e3, 1e9])),
        facts=int(random.choice([0, 0, 6])),
        abroad=bool(random.random() < 0.3),
    )
    # Draws of their own, so that a seed of the past still draws the market that it drew.
    ways = np.random.default_rng([seed, 2])
    return draw_orders(seed, traits, kept_by(account, WAYS[ways.integers(0, len(WAYS))]), rules)


def differing(seed: int) -> tuple[int, list[str]]:
    """How many orders a stream held, and every field in which its readings differ between the twins."""
    stream = stream_of(seed)
    decisions = stream.stream.decisions if seed % 3 else None
    orders, found = 0, []
    for reading in Reading:
        plain = ORDER_DRIVERS["reference"](*stream.all, decisions, reading)
        twin = ORDER_DRIVERS["batch"](*stream.all, decisions, reading)
        found += [f"{reading.name.lower()}: {name}" for name in order_differences(plain, twin)]
        orders += len(twin.orders)
    return orders, found


def main() -> int:
    """Compare all streams; 1 where any differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    began, orders, bad = time.monotonic(), 0, 0
    for seed in range(asked.first, asked.first + asked.count):
        count, found = differing(seed)
        orders += count
        if found:
            bad += 1
            print(f"seed {seed} differs: {', '.join(found)}", flush=True)
        if (seed + 1) % 1_000 == 0:
            print(f"{seed + 1 - asked.first:,} streams, {bad} differ", file=sys.stderr, flush=True)
    last = asked.first + asked.count - 1
    print(
        f"{asked.count:,} streams (seeds {asked.first} to {last}) in three readings, {orders:,} orders: "
        f"{bad} differ; {time.monotonic() - began:,.0f} s"
    )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
