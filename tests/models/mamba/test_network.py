"""The network: causal, the same in a stream as at once, its parts as the paper has them."""

import jax
import jax.numpy as jnp
import numpy as np

from tradewright.models.mamba.network import Shape, rms_norm
from tradewright.models.mamba.serving import Stream
from tradewright.models.mamba.training import Scales
from tradewright.models.mamba.weights import named, restored, transferred, untrained

SCALES = Scales(np.zeros(3), np.ones(3), np.zeros(2), np.ones(2))


def rows(length: int, streams: int = 2) -> np.ndarray:
    return np.random.default_rng(length).normal(size=(streams, length, 3)).astype(np.float32)


def test_a_stream_says_what_the_whole_sequence_says(network):
    # Longer than a chunk and longer than any window: the bar is 1e-5.
    x = rows(70)
    whole = np.asarray(network(jnp.asarray(x)))
    stream = Stream(network, SCALES, streams=2)
    for row in range(x.shape[1]):
        mean, _, deviation = stream.push(x[:, row])
        np.testing.assert_allclose(mean, whole[:, row, 0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(np.log(deviation), whole[:, row, 2], rtol=1e-5, atol=1e-5)


def test_a_streams_memory_does_not_grow(network):
    stream = Stream(network, SCALES, streams=2)
    sizes = []
    for row in range(5):
        stream.push(rows(5)[:, row])
        sizes.append(stream.size_bytes())
    # Two blocks, two streams: three rows of 16 channels, and four states of each.
    assert sizes == [2 * 2 * (3 + 4) * 16 * 4] * 5


def test_no_row_sees_a_later_one(network):
    x = rows(20)
    changed = x.copy()
    changed[:, 12:] = 100.0
    one, other = (np.asarray(network(jnp.asarray(each))) for each in (x, changed))
    np.testing.assert_array_equal(one[:, :12], other[:, :12])
    assert np.abs(one[:, 12:] - other[:, 12:]).max() > 1e-3


def test_the_chunked_network_is_the_plain_one(network):
    x = jnp.asarray(rows(40))
    np.testing.assert_allclose(network(x), network(x, is_plain=True), rtol=1e-5, atol=1e-5)


def test_default_dimensions_are_those_of_the_design():
    shape = Shape(features=26, horizons=4)
    assert (shape.d_model, shape.d_state, shape.d_conv, shape.expand, shape.layers) == (64, 16, 4, 2, 4)
    assert (shape.d_inner, shape.rank) == (128, 4)
    weights = named(untrained(shape, seed=0))
    assert weights["blocks.3.log_decay"].shape == (16, 128)
    # About what the paper counts for a block: 3 x expand x D squared and little more.
    block = sum(array.size for name, array in weights.items() if name.startswith("blocks.0."))
    assert 3 * 2 * 64**2 < block < 1.5 * 3 * 2 * 64**2


def test_first_steps_lie_between_a_thousandth_and_a_tenth(network):
    steps = np.asarray(jax.nn.softplus(network.blocks[0].step_bias))
    assert (steps > 0.0009).all() and (steps < 0.11).all()


def test_an_untrained_network_claims_nothing(shape):
    assert np.abs(untrained(shape, seed=1)(jnp.asarray(rows(5)))).max() == 0.0


def test_norm_makes_every_row_of_size_one():
    x = jnp.asarray(rows(4)) * 1e3
    np.testing.assert_allclose(jnp.mean(rms_norm(x, jnp.ones(3)) ** 2, axis=-1), 1.0, rtol=1e-4)


def test_weights_come_back_by_name_bit_for_bit(network, shape):
    again = restored(untrained(shape, seed=99), named(network))
    for name, array in named(network).items():
        np.testing.assert_array_equal(named(again)[name], array)


def test_transfer_loads_what_fits_and_says_what_did_not(network, shape):
    # Another number of horizons: the heads do not fit. One weight is missing, one has no place.
    given = named(network)
    del given["blocks.1.skip"]
    given["attention.query"] = np.zeros(3)
    other = Shape(features=3, horizons=5, d_model=8, d_state=4, layers=2)
    found, told = transferred(untrained(other, seed=7), given)
    assert told.other_shape == ("heads", "heads_bias")
    assert told.not_there == ("blocks.1.skip",)
    assert told.left_over == ("attention.query",)
    held, fresh = named(found), named(untrained(other, seed=7))
    for name in held:
        wanted = given[name] if name in told.loaded else fresh[name]
        np.testing.assert_array_equal(held[name], wanted, err_msg=name)
    assert len(told.loaded) == len(held) - 3
