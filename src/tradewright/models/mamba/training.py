"""Training a network on sequences: descent in parts of a batch, epoch after epoch, by the rules.

An epoch shows each place once: sequences end every half length, from an offset that the epoch draws, and
their later half counts, so that every row that counts has seen at least half a sequence before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from tradewright.models.mamba.loss import Batch, Shares, sequence_losses
from tradewright.models.mamba.network import Network
from tradewright.models.mamba.weights import named, restored
from tradewright.models.table import Examples, windows_at
from tradewright.models.training.devices import is_memory, loss_is_named, platform, refuse_lost
from tradewright.models.training.rules import (
    Rules,
    Standing,
    after_bad_loss,
    after_epoch,
    after_no_memory,
    is_over,
)
from tradewright.models.training.watch import Checkpoint, Watch
from tradewright.values.errors import LostDevice
from tradewright.values.panel import Floats, Ints

# Beyond so many deviations a feature tells no more; one broken bar must not rule the whole.
MOST_DEVIATIONS = 10.0
WARM_UP_SHARE, LAST_RATE_SHARE = 0.05, 0.02


@dataclass(frozen=True)
class Descent:
    """How weights move: AdamW with clipped gradients, a short warm-up, then half a cosine.

    Units: `rate` per update, `decay` as AdamW has it, `clip` the largest norm of all gradients together.
    Source: Loshchilov and Hutter (2017), arXiv 1711.05101 and 1608.03983.
    """

    rate: float
    decay: float
    clip: float
    shares: Shares

    @cache  # noqa: B019 - the same rule is the same object, so that a program compiled for it is found again
    def optimiser(self, updates: int) -> optax.GradientTransformation:
        """The rule over so many updates in all."""
        warm = max(int(WARM_UP_SHARE * updates), 1)
        last = self.rate * LAST_RATE_SHARE
        rate = optax.warmup_cosine_decay_schedule(0.0, self.rate, warm, max(updates, warm + 1), last)
        moves = optax.adamw(rate, weight_decay=self.decay)
        # Flat: one array of all weights compiles and moves faster than a hundred small ones.
        return optax.flatten(optax.chain(optax.clip_by_global_norm(self.clip), moves))


@dataclass(frozen=True, eq=False)
class Scales:
    """Means and deviations of features (F) and outcomes (H), measured on what is learnt from alone."""

    feature_mean: Floats
    feature_deviation: Floats
    outcome_mean: Floats
    outcome_deviation: Floats

    def features(self, windows: Floats) -> Any:
        """Features in deviations, as the network reads them (float32)."""
        scaled = (windows - self.feature_mean) / self.feature_deviation
        return np.clip(scaled, -MOST_DEVIATIONS, MOST_DEVIATIONS).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Sequences:
    """Examples as batches of sequences. A row before `first_row` is looked back at and counts nothing."""

    examples: Examples
    scales: Scales
    seed: int
    first_row: int = 0

    @property
    def stride(self) -> int:
        """Rows from one end to the next: half a sequence, at least 1."""
        return max(self.examples.lookback_bars // 2, 1)

    def per_epoch(self) -> int:
        """About how many sequences an epoch has."""
        return max(-(-len(self.examples) // self.stride), 1)

    def ends(self, epoch: int | None) -> Ints:
        """Where the sequences of an epoch end, drawn anew for each; those of validation are fixed."""
        at = self.examples.at
        if epoch is None:
            fixed: Ints = at[(at[:, 1] - at[-1, 1]) % self.stride == 0]
            return fixed
        draws = np.random.Generator(np.random.Philox(np.random.SeedSequence([self.seed, epoch])))
        chosen = at[(at[:, 1] - int(draws.integers(self.stride))) % self.stride == 0]
        found: Ints = draws.permutation(chosen if len(chosen) else at)
        return found

    def batch(self, chosen: Ints, size: int) -> Batch:
        """The sequences that end at these places, filled to a size by others that count nothing.

        One size serves one compiled program.
        """
        back, of = self.examples.lookback_bars, self.examples
        ends = np.resize(chosen, (size, chosen.shape[1]))
        outcome = windows_at(of.targets, ends, back)  # B x L x H
        held = windows_at(of.weights[..., None], ends, back)  # B x L x 1
        rows = ends[:, 1:] + np.arange(1 - back, 1)  # B x L
        counts = (np.arange(back) >= back - self.stride) & (rows >= self.first_row)
        weight = np.where(np.isfinite(outcome) & counts[..., None], held, 0.0)
        weight[len(chosen) :] = 0.0
        scaled = (outcome - self.scales.outcome_mean) / self.scales.outcome_deviation
        x = self.scales.features(windows_at(of.features, ends, back))
        told = (np.nan_to_num(scaled), np.nan_to_num(outcome) > 0.0, weight)
        y, rises, counted = (jnp.asarray(one, dtype=jnp.float32) for one in told)
        return Batch(jnp.asarray(x), y, rises, counted)


@dataclass(frozen=True, eq=False)
class State:
    """All that training changes."""

    network: Network
    moments: Any
    best: Network


class BadLoss(Exception):
    """A loss or a gradient is no number; says where."""


@eqx.filter_jit
def part_slopes(network: Network, batch: Batch, shares: Shares) -> tuple[jax.Array, Network]:
    """The losses of a part's sequences, and the slope of their sum."""

    def total(network: Network) -> tuple[jax.Array, jax.Array]:
        losses = sequence_losses(network, batch, shares)
        return jnp.sum(losses), losses

    (_, losses), slopes = eqx.filter_value_and_grad(total, has_aux=True)(network)
    return losses, slopes


@eqx.filter_jit
def part_losses(network: Network, batch: Batch, shares: Shares) -> jax.Array:
    """The losses of a part's sequences alone."""
    return sequence_losses(network, batch, shares)


@eqx.filter_jit
def added(one: Network, other: Network) -> Network:
    """The sum of two slopes."""
    total: Network = jax.tree.map(jnp.add, one, other)
    return total


@eqx.filter_jit
def moved(
    optimiser: optax.GradientTransformation,
    network: Network,
    moments: Any,
    slopes: Network,
    held: jax.Array,
    rate: jax.Array,
) -> tuple[Network, Any, jax.Array]:
    """One update by the mean slope, that of the sum over its weight `held`; gives its size too."""
    mean = jax.tree.map(lambda one: one / jnp.maximum(held, 1e-12), slopes)
    moves, moments = optimiser.update(mean, moments, eqx.filter(network, eqx.is_array))
    moves = jax.tree.map(lambda one: rate * one, moves)
    return eqx.apply_updates(network, moves), moments, optax.tree.norm(mean)


class Course:
    """One training from its first epoch to its last."""

    def __init__(self, descent: Descent, rules: Rules, learnt: Sequences, judged: Sequences) -> None:
        """Of examples to learn from and examples to be judged on."""
        self.descent, self.rules, self.learnt, self.judged = descent, rules, learnt, judged
        updates = rules.epochs * (-(-learnt.per_epoch() // rules.batch))
        self.optimiser = descent.optimiser(updates)
        self.kept: Checkpoint | None = None

    def run(self, network: Network, watch: Watch) -> tuple[Network, Standing]:
        """Train until the rules say enough; gives the best network and how it came about.

        A device that is lost is noted in the last checkpoint, whose arrays it cannot touch any more.
        Raises: OutOfMemory, LossIsNoNumber, LostDevice.
        """
        try:
            with loss_is_named():
                return self._run(network, watch)
        except LostDevice:
            if self.kept is not None:
                watch.keep(_with_loss(self.kept), is_best=False)
            raise

    def _run(self, network: Network, watch: Watch) -> tuple[Network, Standing]:
        """All epochs that are left."""
        state = State(network, self.optimiser.init(eqx.filter(network, eqx.is_array)), network)
        standing = replace(Standing.first(self.rules), platforms=(platform(),))
        self.kept = kept = watch.resumed()
        if kept is not None:
            state, standing = self._resumed(state, kept)
        while not is_over(standing, self.rules):
            state, standing = self._epoch(state, standing, watch)
        return state.best, standing

    def _epoch(self, state: State, standing: Standing, watch: Watch) -> tuple[State, Standing]:
        """One epoch, or one attempt at it that taught the rules something."""
        try:
            after, trained = self._trained(state, standing)
            validated = self._judged(after.network, standing)
        except BadLoss as error:
            watch.hear("loss is no number", {"told": str(error), "epoch": standing.epoch})
            return state, after_bad_loss(standing, self.rules, str(error))
        except (MemoryError, jax.errors.JaxRuntimeError) as error:
            if not is_memory(error):
                raise
            # A broken device may call memory what is none.
            refuse_lost(error)
            watch.hear("out of memory", {"part": standing.part, "epoch": standing.epoch})
            return state, after_no_memory(standing, self.rules)
        standing = after_epoch(standing, self.rules, trained, validated)
        if standing.is_best:
            after = replace(after, best=after.network)
        facts = {"epoch": standing.epoch, "epochs": self.rules.epochs}
        watch.hear("epoch", {**facts, "trained": trained, "validated": validated})
        if watch.wants_stop():
            standing = replace(standing, interrupted=not is_over(standing, self.rules))
        self.kept = _checkpoint(after, standing)
        watch.keep(self.kept, standing.is_best)
        return after, standing

    def _trained(self, state: State, standing: Standing) -> tuple[State, float]:
        """The state after every batch of an epoch, and the mean loss on the way."""
        network, moments = state.network, state.moments
        total = weight = 0.0
        ends = self.learnt.ends(standing.epoch)
        for at in _pieces(ends, self.rules.batch):
            losses, held, slopes = self._slopes(network, at, standing.part)
            # As arrays: a plain number would be part of the program, compiled anew for each value of it.
            told = jnp.asarray(held, jnp.float32), jnp.asarray(standing.rate, jnp.float32)
            network, moments, size = moved(self.optimiser, network, moments, slopes, *told)
            self._refuse_bad(losses, at, float(size))
            total, weight = total + float(losses.sum()), weight + held
        return State(network, moments, state.best), total / max(weight, 1e-12)

    def _slopes(self, network: Network, at: Ints, part: int) -> tuple[Floats, float, Network]:
        """The losses of a batch, their weight, and the slope of their sum, computed in parts that fit."""
        losses, held, slopes = [], 0.0, network
        for piece in _pieces(at, part):
            batch = self.learnt.batch(piece, part)
            found, slope = part_slopes(network, batch, self.descent.shares)
            losses.append(np.asarray(found)[: len(piece)])
            held += float(batch.weight.sum())
            slopes = slope if slopes is network else added(slopes, slope)
        return np.concatenate(losses), held, slopes

    def _judged(self, network: Network, standing: Standing) -> float:
        """The mean loss on what is judged."""
        total = weight = 0.0
        for at in _pieces(self.judged.ends(None), standing.part):
            batch = self.judged.batch(at, standing.part)
            total += float(np.asarray(part_losses(network, batch, self.descent.shares)).sum())
            weight += float(batch.weight.sum())
        if not np.isfinite(total):
            raise BadLoss("on the rows that judge")
        return total / max(weight, 1e-12)

    def _refuse_bad(self, losses: Floats, at: Ints, size: float) -> None:
        """Stop where a loss or a gradient is no number, and name the sequences at fault."""
        if np.isfinite(losses).all() and np.isfinite(size):
            return
        bad = at[~np.isfinite(losses)]
        where = [f"symbol {n}, rows to {t} ({self.learnt.examples.instants[t]} ns)" for n, t in bad[:3]]
        told = "; ".join(where) or "no single sequence"
        raise BadLoss(f"gradient norm {size:g}, {len(bad)} sequences at fault: {told}")

    def _resumed(self, state: State, kept: Checkpoint) -> tuple[State, Standing]:
        """Where an earlier attempt stood."""
        trees = {"network": state.network, "moments": state.moments, "best": state.best}
        held = {name: restored(tree, kept.arrays, f"{name}.") for name, tree in trees.items()}
        standing = Standing.from_json(dict(kept.progress))
        told = (*standing.reasons, f"resumed after epoch {standing.epoch} on the {platform()}")
        where, attempts = (*standing.platforms, platform()), standing.attempts + 1
        again = replace(standing, interrupted=False, attempts=attempts, reasons=told, platforms=where)
        return State(**held), again


def _checkpoint(state: State, standing: Standing) -> Checkpoint:
    """All of it by name."""
    arrays = {
        **named(state.network, "network."),
        **named(state.moments, "moments."),
        **named(state.best, "best."),
    }
    return Checkpoint(arrays, standing.as_json())


def _with_loss(kept: Checkpoint) -> Checkpoint:
    """The same checkpoint, which now says on what device and in which epoch training was lost."""
    standing = Standing.from_json(dict(kept.progress))
    lost = f"the {platform()} was lost in epoch {standing.epoch + 1}"
    return Checkpoint(kept.arrays, replace(standing, reasons=(*standing.reasons, lost)).as_json())


def _pieces(rows: Ints, size: int) -> Iterator[Ints]:
    """Rows in pieces of a size, the last one shorter."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
