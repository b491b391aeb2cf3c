"""How a gate answers: one line a case, and the same words for the same causes everywhere."""

from tradewright.validation.figure import Figure
from tradewright.validation.verdict import Gate, Status

# A gate takes no narrower interval than this: a study may draw one, but it decides nothing.
LEAST_LEVEL = 0.95


class Question:
    """One gate being asked: knows its name, so that each answer is one line."""

    def __init__(self, code: str, name: str, unit: str = "") -> None:
        self.code, self.name, self.unit = code, name, unit

    def unanswered(self, reason_code: str, reason: str) -> Gate:
        """Nobody has found out."""
        return Gate(self.code, self.name, Status.NOT_EVALUATED, reason_code, reason)

    def fail(self, reason_code: str, reason: str) -> Gate:
        """The evidence says no."""
        return Gate(self.code, self.name, Status.FAIL, reason_code, reason)

    def passed(self, reason_code: str, reason: str) -> Gate:
        """The evidence says yes."""
        return Gate(self.code, self.name, Status.PASS, reason_code, reason)

    def without(self, found: Figure | None, otherwise: str) -> Gate:
        """No number to compare: the figure's own reason, or another."""
        return self.unanswered("missing", found.reason if found is not None and found.reason else otherwise)

    def compared(self, status: Status, code: str, reason: str, numbers: tuple[float, float]) -> Gate:
        """An answer that shows the value and the limit it was held against."""
        return Gate(self.code, self.name, status, code, reason, numbers[0], numbers[1], self.unit)

    def at_least(self, value: float, limit: float, reason: str) -> Gate:
        """Passes where the value reaches the limit."""
        # NaN compares false with everything, so it lands on the failing side.
        met = value >= limit
        status = Status.PASS if met else Status.FAIL
        return self.compared(status, "met" if met else "below_limit", reason, (value, limit))

    def above_zero(self, found: Figure | None, what: str) -> Gate:
        """Passes where the figure itself is positive."""
        if found is None or found.value is None:
            return self.without(found, f"{what} was not computed")
        met = found.value > 0.0
        status = Status.PASS if met else Status.FAIL
        reason = f"{what}: {found.value:.2f} over {found.sample:,} returns"
        return self.compared(status, "met" if met else "not_positive", reason, (found.value, 0.0))

    def low_end_above_zero(self, found: Figure | None, what: str) -> Gate:
        """Passes where the figure's whole interval is positive."""
        if found is None or found.value is None:
            return self.without(found, f"{what} was not computed")
        if found.interval is None:
            return self.unanswered("no_interval", f"{what} has a value but no interval")
        if found.interval.level < LEAST_LEVEL:
            words = (
                f"the interval of {what} covers {found.interval.level:.0%}; a gate asks for {LEAST_LEVEL:.0%}"
            )
            return self.unanswered("narrow_interval", f"{words}: set [intervals] level")
        low, high = found.interval.low, found.interval.high
        met = low > 0.0
        status = Status.PASS if met else Status.FAIL
        value, bottom, top = (self.written(number) for number in (found.value, low, high))
        reason = f"{what}: {value}, {found.interval.level:.0%} interval {bottom} to {top}"
        return self.compared(status, "met" if met else "interval_holds_zero", reason, (low, 0.0))

    def written(self, number: float) -> str:
        """A number of the gate's unit in words: shares as per cent."""
        return f"{100.0 * number:.1f} %" if self.unit.startswith("share") else f"{number:.2f}"
