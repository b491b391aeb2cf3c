"""What a device's error means: memory, a lost device by name, or what it says."""

import pytest

from tradewright.models.training.devices import refuse_other_than_memory
from tradewright.values.errors import LostDevice


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("RESOURCE_EXHAUSTED: Out of memory")])
def test_memory_that_ends_is_for_the_rules(error):
    assert refuse_other_than_memory(error, "gpu") is None


@pytest.mark.parametrize("status", ["INTERNAL", "UNAVAILABLE", "DATA_LOSS"])
def test_a_device_that_does_not_answer_is_lost_by_name_and_a_processor_never_is(status):
    error = RuntimeError(f"{status}: CUDA_ERROR_ILLEGAL_ADDRESS")
    with pytest.raises(LostDevice, match=r"The gpu does not answer any more.*JAX_PLATFORMS=cpu"):
        refuse_other_than_memory(error, "gpu")
    with pytest.raises(RuntimeError, match="ILLEGAL_ADDRESS"):
        refuse_other_than_memory(error, "cpu")


def test_words_that_could_stand_in_any_message_mean_nothing():
    with pytest.raises(RuntimeError, match="INVALID_ARGUMENT"):
        refuse_other_than_memory(RuntimeError("INVALID_ARGUMENT: RESOURCE_EXHAUSTED was UNAVAILABLE"), "gpu")
