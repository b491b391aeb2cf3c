"""Write the tapes of tests/golden anew, where a meaning changed on purpose.

A tape is what the plain reference printed for one fixed stream of orders: every fill and every end.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "kernel"), str(ROOT / "tests" / "golden")]

from order_drivers import ORDER_DRIVERS  # noqa: E402
from tape_streams import TAPES, lines_of, stream_of  # noqa: E402

TAPES_A_FILE = 3


def main() -> None:
    """Write all tapes, a few a file."""
    for first in range(0, len(TAPES), TAPES_A_FILE):
        names = list(TAPES)[first : first + TAPES_A_FILE]
        body = ['"""What the kernel printed on fixed streams."""\n']
        body.append("LINES = {")
        for name in names:
            outcome = ORDER_DRIVERS["reference"](*stream_of(name).all, None, TAPES[name][2])
            body.append(f'    "{name}": [')
            body += [f'        "{line}",' for line in lines_of(outcome)]
            body.append("    ],")
        body.append("}\n")
        path = ROOT / "tests" / "golden" / f"order_tapes_{first // TAPES_A_FILE}.py"
        path.write_text("\n".join(body), encoding="utf-8")


if __name__ == "__main__":
    main()
