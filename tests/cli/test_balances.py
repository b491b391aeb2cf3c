"""An account in euros over names in dollars, from the file of actions to balances by currency."""

import polars as pl
import pytest
from shell import Shell, daily_csv

WORDS = ("backtest", "sma_cross", "--data", "abroad", "--set", "fast=5", "--set", "slow=20", "--fractional")
EURO = ("--currency", "EUR", "--capital", "100000")
KEPT = (*WORDS, *EURO, "--balances", "kept", "--json")


@pytest.fixture(scope="module")
def abroad(tmp_path_factory) -> Shell:
    """A workspace with a name quoted in dollars, and a rate for every day."""
    folder = tmp_path_factory.mktemp("abroad")
    days = [line.split(",")[0] for line in daily_csv(folder / "walk.csv", days=200).read_text().split()[1:]]
    rates = [f"EUR,rate,{1.1 + 0.05 * (place % 7) / 7:.4f},{day},USD" for place, day in enumerate(days)]
    lines = ["symbol,kind,value,ex_date,other", f"walk,dividend,0.5,{days[80]},", *rates]
    (folder / "actions.csv").write_text("\n".join(lines) + "\n")
    shell = Shell(folder / "workspace")
    words = ("--name", "abroad", "--actions", str(folder / "actions.csv"))
    said = shell("data", "ingest", str(folder / "walk.csv"), *words)
    assert said.code == 0, said.err
    return shell


def table_of(shell: Shell, run_id: str, name: str) -> pl.DataFrame:
    """One file of a run."""
    (found,) = shell.workspace.rglob(f"*{run_id[:12]}*/{name}")
    return pl.read_parquet(found)


def test_balances_are_kept_told_and_replayed(abroad):
    (row,) = abroad(*KEPT, "--exchange", "shortfalls", "--interest", "USD=0.04/0.06").rows()
    balances, equity = (table_of(abroad, row["id"], f"{name}.parquet") for name in ("balances", "equity"))
    assert balances["currency"].unique().sort().to_list() == ["EUR", "USD"]
    worth = balances.group_by("known_at", maintain_order=True).agg(
        (pl.col("balance") * pl.col("rate")).sum().alias("cash")
    )
    assert worth["cash"].to_list() == pytest.approx(equity["cash_usd"].to_list(), rel=1e-9)
    last = dict(balances.tail(2).select("currency", "balance").iter_rows())
    assert row["account"]["balances"] == last
    assert last["USD"] >= 0.0
    assert equity["exchange_cost_usd"][-1] > 0.0
    costs = row["costs_usd"]
    assert costs["exchange_usd"] == pytest.approx(equity["exchange_cost_usd"][-1], rel=1e-9)
    assert costs["total_usd"] > costs["exchange_usd"]
    flows = table_of(abroad, row["id"], "flows.parquet")
    gain = flows.filter(pl.col("kind") == "gain on balances in other currencies")["amount_usd"]
    assert gain.to_list() == [equity["exchange_gain_usd"][-1]]
    assert abroad("runs", "replay", row["id"], "--json").rows()[0]["equal"]


def test_each_way_to_keep_money_is_a_run_of_its_own_and_converted_says_nothing_of_balances(abroad):
    ways = [("--exchange", one) for one in ("never", "shortfalls", "all")]
    kept = [abroad(*KEPT, *way).rows()[0] for way in ways]
    (plain,) = abroad(*WORDS, *EURO, "--json").rows()
    assert len({row["id"] for row in (*kept, plain)}) == 4
    assert "balances" not in plain["account"]
    assert "exchange_usd" not in plain["costs_usd"]
    assert not list(abroad.workspace.rglob(f"*{plain['id'][:12]}*/balances.parquet"))
    assert kept[0]["costs_usd"]["exchange_usd"] == 0.0
    assert kept[2]["account"]["balances"]["USD"] == 0.0
    # Money that stays in dollars is changed less often.
    assert kept[1]["costs_usd"]["exchange_usd"] < kept[2]["costs_usd"]["exchange_usd"]


def test_what_is_kept_is_said_before_the_figures_and_a_fill_pays_nothing_for_changing_money(abroad):
    said = abroad(*KEPT[:-1], "--exchange", "shortfalls")
    told = " ".join(said.out.split())
    assert "balances are kept by currency, and what a balance lacks is changed at the close for 10 bp" in told
    run = said.out.split("Run: ")[1].split()[0]
    explained = abroad("costs", "explain", run, "0", "--json").rows()[0]
    converted = abroad(*WORDS, *EURO, "--json").rows()[0]
    dearer = abroad("costs", "explain", converted["id"], "0", "--json").rows()[0]
    fees = [one["fills"][0]["beside"][0]["bps"] for one in (explained, dearer)]
    assert fees[1] - fees[0] == pytest.approx(10.0, rel=0.01)
    assert explained["currency"] == "EUR"
    table = abroad("costs", "explain", run, "0").out
    assert "The account is in EUR: the sign $ stands for it." in table
    assert "-0.0000" not in table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--balances", "keept"), "'keept' is not a way to keep balances. Did you mean 'kept'?"),
        (("--balances", "kept", "--exchange", "shortfall"), "Did you mean 'shortfalls'?"),
        (("--exchange", "all"), "exchange = 'all' where balances are converted"),
        (("--balances", "kept", "--account", "cash", "--exchange", "never"), "which owes nothing in any"),
        (("--balances", "kept", "--interest", "USD=high"), "--interest USD=high is no pair of numbers"),
        (("--balances", "kept", "--interest", "UDS=0.1/0.2"), "'UDS' is not a currency of interest"),
        (
            ("--balances", "kept", "--interest", "GBP=0.1/0.2"),
            "interest on GBP, in which nothing of this run",
        ),
        (("--balances", "kept", "--interest", "EUR=0.1/0.2"), "interest on EUR, the account's own currency"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_one_line(abroad, words, said):
    before = [abroad(*WORDS, *EURO, "--json").rows()[0]["trials"]] if "GBP=0.1/0.2" in words else []
    refused = abroad(*WORDS, *EURO, *words)
    assert refused.code == 2
    # What is refused is no trial.
    assert before == ([abroad(*WORDS, *EURO, "--json").rows()[0]["trials"]] if before else [])
    assert said in refused.err
    assert len(refused.err.strip().splitlines()) == 1
