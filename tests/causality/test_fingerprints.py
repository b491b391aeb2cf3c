"""Hashes name the code and the data, and nothing else: not the process, not the hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from bars_for_audits import bars

from tradewright.causality.audit import audit, world_of
from tradewright.causality.fingerprints import code_hash_of, data_hash_of
from tradewright.causality.options import AuditOptions

ALPHA = [0.1, 0.2]


def smooth(frame):
    return frame.close.ewm(alpha=ALPHA[0]).mean()


def calls_others(frame):
    kinds = {"one", "two", "three", "four"}
    return smooth(frame) if "one" in {"one", "two", "three"} and kinds else scaled(frame)


def scaled(frame):
    return frame.close * 2


def data_hash(table):
    return data_hash_of(world_of(table, AuditOptions()))


def test_the_code_hash_follows_the_functions_a_target_reaches():
    assert code_hash_of(calls_others) == code_hash_of(calls_others)
    assert len({code_hash_of(one) for one in (smooth, scaled, calls_others)}) == 3
    assert code_hash_of(lambda d: d.close * 2) != code_hash_of(lambda d: d.close * 3)


def test_the_data_hash_follows_every_cell_and_when_it_was_known():
    table = bars(60)
    assert data_hash(table) == data_hash(table.copy())
    other = table.copy()
    other.iloc[30, 3] = np.nextafter(other.iloc[30, 3], np.inf)
    assert data_hash(other) != data_hash(table)
    assert data_hash(table.rename(columns={"close": "last"})) != data_hash(table)


def test_certificates_are_the_same_in_every_process_and_under_every_hash_seed():
    code = (
        "from test_fingerprints import *; c = audit(calls_others, bars(80)); "
        "print(c.code_hash, c.data_hash, c.coverage, c.verdict)"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(said) == 1
    assert audit(calls_others, bars(80)).data_hash in next(iter(said))
