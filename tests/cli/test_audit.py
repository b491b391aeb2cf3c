"""`tradewright audit` as a person and a program see it."""

import json

from shell import daily_csv

LEAKS = (
    "def ahead(df):\n    return df['close'].shift(-1)\n\n\ndef back(df):\n    return df['close'].shift(1)\n"
)


def test_a_leak_ends_with_code_one_its_line_and_a_folder(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=120)
    (tmp_path / "mine.py").write_text(LEAKS)
    said = shell("audit", f"{tmp_path / 'mine.py'}:ahead", "--data", str(bars), "--known-at", "date")
    assert said.code == 1, said.err
    assert "DEPENDS_ON_FUTURE" in said.out and "2: df['close'].shift(-1)" in said.out
    (folder,) = (shell.workspace / "audits").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "certificate.json",
        "dependence.html",
        "reproducer.py",
    }


def test_for_a_program_it_is_json_and_a_mended_function_leaves_no_reproducer(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=120)
    (tmp_path / "mine.py").write_text(LEAKS)
    words = ("--data", str(bars), "--known-at", "date", "--out", str(tmp_path / "out"), "--json")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "reproducer.py").write_text("raise SystemExit(1)")
    said = shell("audit", f"{tmp_path / 'mine.py'}:back", *words)
    assert said.code == 0, said.err
    (told,) = said.rows()
    assert told["verdict"]["code"] == "NO_DEPENDENCE_OBSERVED" and told["level"] == "C1"
    assert told == {
        **json.loads((tmp_path / "out" / "certificate.json").read_text()),
        **{k: told[k] for k in ("id", "folder")},
    }
    assert not (tmp_path / "out" / "reproducer.py").exists()


def test_a_study_is_audited_on_its_own_panel_and_no_trial_is_counted(shell):
    said = shell("audit", shell.study(), "--json")
    assert said.code == 0, said.err
    (told,) = said.rows()
    assert told["level"] in ("C2", "C4") and told["target"] == "Momentum"
    assert len([one for one in told["channels"] if one["channel"].startswith("weight")]) == 6
    assert shell("study", "list", "--json").out.strip() == "[]"


def test_what_is_missing_is_misuse_in_one_line(shell, tmp_path):
    (tmp_path / "mine.py").write_text(LEAKS)
    said = shell("audit", f"{tmp_path / 'mine.py'}:ahead")
    assert said.code == 2
    assert said.line.startswith("error: An audit needs data. Give --data bars.csv, or --facts tables.toml")
    assert shell("audit", "nowhere.py:f", "--data", "x.csv").code == 1
