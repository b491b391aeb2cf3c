"""Recipes inside a recipe: which they are, what they learnt, and what they say or do not say."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tradewright.models import registry
from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.table import Examples
from tradewright.values.errors import InvalidOption, MissingLibrary
from tradewright.values.panel import Floats

EXAMPLE = "'ridge; boosted_trees trees=200'"


@dataclass(frozen=True)
class Source:
    """A recipe under the label by which its forecasts go on record."""

    label: str
    recipe: Model

    def learn(self, examples: Examples, signature: Signature, seed: int) -> Lesson:
        """What the examples teach it; nobody watches.

        Raises: InvalidOption where they are too few for it.
        """
        own = replace(examples, lookback_bars=self.recipe.lookback_bars)
        counts = np.isfinite(own.outcomes()).sum(axis=0)
        if counts.min(initial=len(own)) < self.recipe.least_examples:
            raise InvalidOption(
                f"The source {self.label} needs {self.recipe.least_examples} outcomes of each horizon; a "
                f"part of the rows has {int(counts.min(initial=len(own)))}.",
                "Give more rows, fewer folds, or leave that source or horizon out.",
            )
        return self.recipe._learn(own, signature, How(seed))

    def says(self, learned: Learned, windows: Floats, horizons: int) -> Answers:
        """Its answers about K windows; NaN where it is silent, says no number, or lacks its library."""
        try:
            said = self.recipe._answer(learned, windows[:, windows.shape[1] - self.recipe.lookback_bars :])
        except MissingLibrary:
            return _silence(len(windows), horizons)
        columns = (said.mean, said.rise, said.deviation)
        silent = np.zeros(len(windows), dtype=bool) if said.reasons is None else said.reasons != 0
        silent |= ~np.isfinite(np.concatenate(columns, axis=1)).all(axis=1)
        mean, rise, deviation = (np.where(silent[:, None], np.nan, column) for column in columns)
        return Answers(mean, rise, deviation, silent.astype(np.int64))


def sources_of(text: str, without: type[Model]) -> tuple[Source, ...]:
    """The recipes of a text such as 'ridge; boosted_trees trees=200'; a second ridge is labelled ridge.2.

    `without` may not be among them: a recipe does not hold itself.
    Raises: UnknownName, UnknownParameter, InvalidOption.
    """
    found: list[Source] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, *given = _words(part)
        kind = registry.find(name)
        if kind is without:
            raise InvalidOption(
                f"sources = '{text}' holds {name} itself.", f"Give others, such as {EXAMPLE}."
            )
        count = sum(type(one.recipe) is kind for one in found)
        pairs = dict(_pair(word, part) for word in given)
        found.append(Source(f"{name}.{count + 1}" if count else name, kind.from_text(pairs)))
    return tuple(found)


def _silence(count: int, horizons: int) -> Answers:
    """Nothing said about so many places."""
    none = np.full((count, horizons), np.nan)
    return Answers(none, none.copy(), none.copy(), np.ones(count, dtype=np.int64))


def joined(lessons: Sequence[Lesson]) -> dict[str, Any]:
    """The arrays of several lessons under one roof."""
    return {
        f"source.{place}.{name}": array
        for place, lesson in enumerate(lessons)
        for name, array in lesson.arrays.items()
    }


def parted(learned: Learned, place: int) -> Learned:
    """The arrays of one of them again."""
    roof = f"source.{place}."
    return {name[len(roof) :]: array for name, array in learned.items() if name.startswith(roof)}


def _words(part: str) -> list[str]:
    """A source's words; quotes hold a value together."""
    try:
        return shlex.split(part)
    except ValueError as error:
        raise InvalidOption(f"The source '{part}' cannot be read: {error}.", f"Give {EXAMPLE}.") from None


def _pair(word: str, part: str) -> tuple[str, str]:
    """A parameter's name and value."""
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise InvalidOption(f"'{word}' of the source '{part}' is no pair.", f"Give {EXAMPLE}.")
    return name, value
