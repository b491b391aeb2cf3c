"""Models compared, promoted, rolled back and watched at the command line, on a market one can forecast."""

import json
import shutil

import numpy as np
import pytest
from shell import Shell, _sessions

from tradewright.cli.main import execute

ROWS = (
    "--data",
    "tides",
    "--features",
    "simple_return",
    "--horizon",
    "1",
    "--horizon",
    "5",
    "--judged",
    "0.5",
)

OWN = """
from tradewright.features.windowed import windowed

@windowed(window=2)
def move(close):
    return scaled(close[1] / close[0] - 1.0)

def scaled(one):
    return 1.0 * one
"""

TIDES = ("--name", "tides", "--vendor", "a test")


def tides_csv(path, days=None, seed=4, shift=0.0):
    """Three instruments whose days undo half of the day before."""
    draws = np.random.default_rng(seed)
    found = _sessions()[:days]
    lines = ["date,symbol,open,high,low,close,volume"]
    for symbol in ("AAA", "BBB", "CCC"):
        moves = draws.normal(0.0, 0.01, len(found))
        for day in range(1, len(found)):
            moves[day] -= 0.6 * moves[day - 1]
        moves[-250:] *= 1.0 + shift
        for day, price in zip(found, 50.0 * np.exp(np.cumsum(moves)), strict=True):
            lines.append(
                f"{day},{symbol},{price:.4f},{price * 1.01:.4f},{price * 0.99:.4f},{price:.4f},5000000"
            )
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def trained(shell, *words):
    said = shell("models", "train", *words, *ROWS)
    assert said.code == 0, said.err
    return said.out.rpartition("show ")[2].strip()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with the market and three models; nothing is promoted in it."""
    folder = tmp_path_factory.mktemp("tides")
    shell = Shell(folder / "workspace")
    assert shell("data", "ingest", tides_csv(folder / "tides.csv"), *TIDES).code == 0
    return shell, trained(shell, "naive"), trained(shell, "ridge"), trained(shell, "momentum")


def test_the_life_of_a_champion(made):
    shell, naive, ridge, momentum = made
    said = shell("models", "promote", ridge, "--by", "Ada")
    assert said.code == 1 and f"First: tradewright models compare {ridge} NAIVE" in said.line
    said = shell("models", "compare", ridge)
    assert said.code == 2 and "has no champion to compare with. Name a model" in said.line
    said = shell("models", "compare", ridge, naive)
    assert said.code == 0, said.out + said.err
    assert (
        "is better. Next: tradewright models promote" in said.out
        and "would be shown with a chance" in said.out
    )
    first = shell("models", "compare", ridge, naive, "--json").rows()[0]
    assert first["is_better"] and first["pairs"] >= 1_000 and first["is_again"], "the same costs nothing"
    assert shell("models", "promote", ridge, "--by", "Ada").out.strip() == f"main: champion {ridge}"
    said = shell("models", "compare", momentum)
    assert said.code == 1 and f"is not shown to be better than {ridge}" in said.out
    said = shell("models", "promote", momentum, "--by", "Ada")
    assert said.code == 1 and "not shown to be better" in said.line and "Keep the champion" in said.line
    said = shell("models", "rollback", "--by", "Ada", "--reason", "a doubt")
    assert said.code == 1 and "had no champion before this one" in said.line
    stages = {row["id"]: row["stage"] for row in shell("models", "list", "--json").rows()}
    assert (stages[ridge], stages[momentum], stages[naive]) == ("champion", "shadow", "candidate")
    (card,) = shell("models", "show", ridge, "--json").rows()
    assert [one["what"] for one in card["history"]] == [
        "model-trained",
        "model-compared",
        "model-compared",
        "model-promoted",
    ]
    said = shell("models", "show", ridge)
    assert "main: champion" in said.out
    # Both say how far they looked: a sealed holdout is broken by it.
    trained_row, compared_row = (one["body"] for one in card["history"][:2])
    assert trained_row["until"] == compared_row["told"]["last_row"] == card["lineage"]["judged_until"]


def test_a_rollback_goes_to_the_former_champion_and_says_why(made):
    shell, naive, ridge, _ = made
    timid, own = trained(shell, "ridge", "--set", "penalty=5000"), ("--line", "own")
    for challenger, champion in ((timid, naive), (ridge, timid)):
        said = shell("models", "compare", challenger, champion, *own)
        assert said.code == 0, said.out + said.err
        assert shell("models", "promote", challenger, "--by", "Ada", *own).code == 0
    weights = shell.workspace / "models" / timid / "weights.npz"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    back = ("models", "rollback", "--by", "Ada", "--reason", "it trades too much", *own)
    said = shell(*back)
    assert said.code == 1 and "truncated" in said.line, "what cannot serve is not gone back to"
    weights.write_bytes(whole)
    card = shell.workspace / "models" / timid / "model.json"
    told = card.read_text()
    schema = json.loads(told)["signature"]["schema_hash"]
    card.write_text(told.replace(schema, "0" * 64))
    said = shell(*back)
    assert said.code == 1 and "of the same names by other formulas (schema 000000000000, now" in said.line
    card.write_text(told)
    (line,) = shell(*back, "--json").rows()
    assert (line["champion"], line["stages"][ridge], line["former"]) == (timid, "retired", [])
    said = shell("models", "show", timid)
    assert "own: champion" in said.out and "it trades too much" in " ".join(said.out.split())
    # The first champion has nobody to go back to, and is withdrawn though its files are damaged.
    weights.write_bytes(whole[:-1])
    said = shell("models", "retire", timid[:8], "--by", "Ada", "--reason", "nor this one", *own)
    assert said.code == 0 and said.out.strip() == "own: champion none"
    weights.write_bytes(whole)
    said = shell("models", "show", timid)
    assert "own: retired" in said.out and "by Ada, as champion: nor this one" in " ".join(said.out.split())


def test_a_model_whose_features_file_was_changed_since_is_not_promoted(made, tmp_path):
    shell, file, line = made[0], tmp_path / "own.py", ("--line", "files")
    file.write_text(OWN)
    words = ("--data", "tides", "--features", f"{file}:move", "--horizon", "1", "--judged", "0.5", *line)
    versions = []
    for name in ("naive", "ridge"):
        said = shell("models", "train", name, *words)
        assert said.code == 0, said.err
        versions.append(said.out.rpartition("show ")[2].strip())
    assert shell("models", "compare", versions[1], versions[0], *line).code == 0
    file.write_text(OWN.replace("1.0 * one", "1.5 * one"))
    promote = ("models", "promote", versions[1], "--by", "Ada", *line)
    said = shell(*promote)
    assert said.code == 1 and f"Bring back the features it was fitted to ({file}:move)" in said.line
    file.write_text(OWN)
    assert shell(*promote).code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("compare", "{ridge}", "{ridge}"), 2, "compared with itself"),
        (("compare", "{ridge}", "nobody"), 1, "There is no model 'nobody'"),
        (("compare", "{ridge}", "{naive}", "--horizon", "7"), 2, "Both forecast: 1, 5"),
        (("compare", "{ridge}", "{naive}", "--data", "tidse"), 1, "Did you mean 'tides'?"),
        (("promote", "{ridge}", "--by", ""), 2, "Nobody answers for it. Give --by PERSON"),
        (("rollback", "--by", "Ada", "--reason", "", "--line", "other"), 2, "A rollback says why"),
        (("rollback", "--by", "Ada", "--reason", "x", "--line", "other"), 1, "'other' has no champion"),
        (
            ("retire", "{ridge}", "--by", "Ada", "--reason", "x", "--line", "empty"),
            1,
            "'empty' knows no model",
        ),
        (("drift", "{ridge}", "--rows", "0"), 2, "Give 1 or more"),
        (("compare", "{ridge}", "{naive}", "--worth", "2"), 2, "Give a share of the loss"),
        (("due", "{ridge}", "--line", ""), 2, "'' is no name for a line of models"),
        (("train", "naive", "--data", "tides", "--line", "a b"), 2, "'a b' is no name for a line"),
        (("due", "--line", "other"), 1, "'other' has no champion. Name a model"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(made, words, code, told):
    shell, naive, ridge, _ = made
    said = shell("models", *(word.format(naive=naive, ridge=ridge) for word in words))
    assert said.code == code and told in said.line


def test_a_line_without_rows_makes_no_ledger_by_being_asked(tmp_path):
    shell = Shell(tmp_path / "workspace")
    for words in (("due",), ("rollback", "--by", "Ada", "--reason", "a doubt")):
        said = shell("models", *words)
        assert said.code == 1 and "has no champion" in said.line
    said = shell("models", "retire", "nobody", "--by", "Ada", "--reason", "a doubt")
    assert said.code == 1 and "knows no model 'nobody'. Nothing is on record" in said.line
    assert not list(tmp_path.rglob("ledger*"))


def test_models_are_listed_and_shown_beside_a_ledger_that_cannot_be_read(made, tmp_path):
    shell, _, ridge, _ = made
    shutil.copytree(shell.workspace / "models" / ridge, tmp_path / "models" / ridge)
    (tmp_path / "ledger.sqlite").write_bytes(b"no database of any kind" * 100)
    other = Shell(tmp_path)
    said = other("models", "list")
    assert said.code == 0 and ridge in said.out and "No stages are shown: the trial ledger" in said.err
    assert "candidate" not in said.out
    said = other("models", "show", ridge)
    assert said.code == 0 and "the ledger cannot be read" in said.out


def test_other_features_other_symbols_and_too_few_rows_are_refused(made):
    shell, naive, _, _ = made
    common = ("--data", "tides", "--horizon", "1", "--judged")
    cases = [
        (("ridge", *common, "0.5", "--features", "rsi"), "look at other features: rsi_14, simple_return_1"),
        (
            ("ridge", *common, "0.5", "--features", "simple_return", "--symbol", "AAA"),
            "learnt from other data: symbols AAA and nobody named. Train the challenger",
        ),
        (
            ("ridge", *common, "0.2", "--features", "simple_return"),
            "forecasts can be compared in pairs; 1,000 are needed. Ingest newer rows",
        ),
    ]
    for words, told in cases:
        said = shell("models", "train", *words)
        other = said.out.rpartition("show ")[2].strip()
        said = shell("models", "compare", other, naive)
        assert said.code == 1 and told in said.line


def test_drift_is_seen_where_it_is_and_makes_retraining_due(made, tmp_path):
    quiet, _, ridge, _ = made
    shell = Shell(tmp_path / "own")
    shutil.copytree(quiet.workspace, shell.workspace)
    assert shell("models", "drift", ridge).code == 0
    wilder = tides_csv(tmp_path / "wild.csv", shift=1.5)
    assert shell("data", "ingest", wilder, "--name", "wild").code == 0
    (row,) = shell("models", "drift", ridge, "--data", "wild", "--json").rows()
    assert row["has_drifted"] and row["id"] == "simple_return_1" and row["values"] > 100
    due = ("models", "due", ridge, "--cool-down", "0")
    assert "no feature drifted" in shell(*due).out, "what other data say is no reason"
    assert shell("data", "ingest", wilder, *TIDES).code == 0
    assert shell("models", "drift", ridge).code == 1
    said = shell(*due)
    assert said.code == 0 and "drifted: simple_return_1" in said.out and "is due to be trained" in said.out
    (told,) = shell("models", "due", ridge, "--json").rows()
    assert told["is_due"] is False and "cool-down" in told["barred"][0] and told["triggers"]["drift"]["fires"]
    assert "Held back by the budget" in shell(*due, "--budget", "0").out
    assert shell(*due, "--every", "nan").code == 2
    assert shell("models", "drift", ridge, "--rows", "2").code == 3, "of two rows nothing can be told"


def test_whoever_is_told_the_skill_on_newer_rows_has_looked_at_them(tmp_path):
    shell = Shell(tmp_path / "workspace")
    assert shell("data", "ingest", tides_csv(tmp_path / "old.csv", days=-60), *TIDES).code == 0
    ridge = trained(shell, "ridge")
    (only,) = shell("models", "show", ridge, "--json").rows()[0]["history"]
    assert only["what"] == "model-trained"
    assert shell("data", "ingest", tides_csv(tmp_path / "new.csv"), *TIDES).code == 0
    for _ in range(2):
        assert shell("models", "due", ridge).code == 0
    trained_row, reviewed = shell("models", "show", ridge, "--json").rows()[0]["history"]
    assert reviewed["what"] == "model-reviewed" and reviewed["words"].startswith("skill on tides told up to")
    assert reviewed["body"]["until"] > trained_row["body"]["until"]
    assert reviewed["body"]["dataset"] == trained_row["body"]["dataset"] == "tides"
    (listed,) = shell("models", "list", "--json").rows()
    assert listed["stage"] == "candidate"


def test_a_model_without_a_reference_says_so(made, tmp_path):
    shell, _, ridge, _ = made
    other = Shell(tmp_path / "other")
    shutil.copytree(shell.workspace, other.workspace)
    path = other.workspace / "models" / ridge / "model.json"
    told = json.loads(path.read_text())
    del told["beside_sha256"]
    path.write_text(json.dumps(told))
    said = other("models", "drift", ridge)
    assert said.code == 1 and "without a reference of its features. Train it anew" in said.line
    (other.workspace / "models" / ridge / "reference.npz").write_bytes(b"x")
    path.write_text(json.dumps({**told, "beside_sha256": "0" * 64}))
    said = other("models", "drift", ridge)
    assert said.code == 1 and "reference.npz is not what was saved" in said.line


def test_the_verbs_say_what_they_are(capsys):
    for verb in ("compare", "promote", "rollback", "retire", "drift", "due"):
        assert execute(["models", verb, "--help"]) == 0
    assert "no proof" in capsys.readouterr().out
