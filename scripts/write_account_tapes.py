"""Write the account tapes of tests/golden anew, from the plain kernel, where a rule changed on purpose."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
sys.path[:0] = [str(GOLDEN), str(ROOT / "tests" / "kernel")]

from account_streams import ACCOUNTS, TAPES, lines_of, stream_of  # noqa: E402
from drivers import DRIVERS  # noqa: E402


def main() -> None:
    """One file a kind of account, each within the budget of a file."""
    for place, account in enumerate(ACCOUNTS):
        lines = ['"""What the plain kernel printed under the rules of an account."""', "", "LINES = {"]
        for name, (_, _, own) in TAPES.items():
            if own == account:
                told = lines_of(DRIVERS["reference"](*stream_of(name).all))
                lines += [f'    "{name}": [', *(f"        {json.dumps(line)}," for line in told), "    ],"]
        (GOLDEN / f"account_tapes_{place}.py").write_text("\n".join([*lines, "}", ""]))


if __name__ == "__main__":
    main()
