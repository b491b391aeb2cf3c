"""What rose comes back."""

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.one_column import learnt_line, line_answers, refuse_absent
from tradewright.models.table import Examples
from tradewright.values.panel import Floats
from tradewright.values.parameters import word


class MeanReversion(Model):
    """The opposite of a share of a past return; nothing where the past shows no such share.

    Source: Lehmann (1990), Quarterly Journal of Economics 105(1).
    """

    column: str = word("", about="the feature that holds the past return; empty is the first")

    def refuse_unlearnable(self, names: tuple[str, ...]) -> None:
        """Refuse a column that is none of the features."""
        refuse_absent(self.column, names)

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        return learnt_line(examples, signature, self.column, sign=-1.0)

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        return line_answers(learned, windows)
