"""What rose goes on rising."""

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.one_column import learnt_line, line_answers, refuse_absent
from tradewright.models.table import Examples
from tradewright.values.panel import Floats
from tradewright.values.parameters import word


class Momentum(Model):
    """A share of a past return, never its opposite; nothing where the past shows no such share.

    Source: Jegadeesh and Titman (1993), Journal of Finance 48(1).
    """

    column: str = word("", about="the feature that holds the past return; empty is the first")

    def refuse_unlearnable(self, names: tuple[str, ...]) -> None:
        """Refuse a column that is none of the features."""
        refuse_absent(self.column, names)

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        return learnt_line(examples, signature, self.column, sign=1.0)

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        return line_answers(learned, windows)
