"""What a device's error means: memory by its type and status, a lost device by what it answers when asked."""

from importlib.util import find_spec

import pytest

from tradewright.models.training import devices
from tradewright.values.errors import BadInput, LostDevice

pytestmark = pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed: no extra [ml]")


def of_xla(words):
    from jax.errors import JaxRuntimeError

    return JaxRuntimeError(words)


def test_memory_that_ends_is_told_by_type_and_status():
    assert devices.is_memory(MemoryError())
    assert devices.is_memory(of_xla("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes"))


@pytest.mark.parametrize("words", ["INTERNAL: RESOURCE_EXHAUSTED", "INVALID_ARGUMENT: out of memory"])
def test_words_that_could_stand_in_any_message_mean_nothing(words):
    assert not devices.is_memory(of_xla(words))
    assert not devices.is_memory(RuntimeError("RESOURCE_EXHAUSTED: not what XLA raises"))


@pytest.mark.parametrize("error", [of_xla, ValueError, MemoryError])
def test_a_device_that_does_not_answer_is_lost_whatever_was_raised_and_a_processor_never_is(
    error, monkeypatch
):
    raised = error("whatever it says")
    monkeypatch.setattr(devices, "platform", lambda: "gpu")
    monkeypatch.setattr(devices, "answers", lambda: False)
    with pytest.raises(LostDevice, match=r"The gpu does not answer any more.*JAX_PLATFORMS=cpu") as lost:
        devices.refuse_lost(raised)
    assert lost.value.__cause__ is raised
    monkeypatch.setattr(devices, "platform", lambda: "cpu")
    devices.refuse_lost(raised)
    monkeypatch.setattr(devices, "platform", lambda: "gpu")
    monkeypatch.setattr(devices, "answers", lambda: True)
    devices.refuse_lost(raised)


def test_a_device_that_works_answers():
    assert devices.answers()


def test_memory_so_full_that_not_even_the_question_fits_is_no_loss(monkeypatch):
    import jax.numpy as jnp

    def raising(words):
        def asked(*given):
            raise of_xla(words)

        return asked

    monkeypatch.setattr(devices, "platform", lambda: "gpu")
    monkeypatch.setattr(jnp, "arange", raising("RESOURCE_EXHAUSTED: Out of memory"))
    devices.refuse_lost(of_xla("RESOURCE_EXHAUSTED: Out of memory"))
    monkeypatch.setattr(jnp, "arange", raising("INTERNAL: CUDA_ERROR_ILLEGAL_ADDRESS"))
    with pytest.raises(LostDevice, match="does not answer"):
        devices.refuse_lost(of_xla("RESOURCE_EXHAUSTED: Out of memory"))


def test_where_no_back_end_starts_the_error_stays_what_it_was(monkeypatch):
    def none():
        raise RuntimeError("Unable to initialize backend")

    monkeypatch.setattr(devices, "platform", none)
    with pytest.raises(ValueError, match="an innocent mistake"), devices.loss_is_named():
        raise ValueError("an innocent mistake")


def test_what_the_project_raises_on_purpose_is_never_taken_for_a_lost_device(monkeypatch):
    asked = []
    monkeypatch.setattr(devices, "refuse_lost", asked.append)
    with pytest.raises(BadInput, match="damaged"), devices.loss_is_named():
        raise BadInput("damaged")
    with pytest.raises(ZeroDivisionError), devices.loss_is_named():
        raise ZeroDivisionError
    assert [type(one) for one in asked] == [ZeroDivisionError]
