"""PyTorch as a contestant: the same Mamba block, forward and backward, on one core."""

import os

import numpy as np
import torch
from protocol import Inputs, Task, serve
from torch.nn import functional

UNTOLD = -1
TINY = 1e-5
NAMES = (
    "norm", "widen", "conv", "conv_bias", "select", "step_up", "step_bias", "log_decay", "skip", "narrow",
)  # fmt: skip


def scanned(decay: torch.Tensor, driven: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """The recurrence, row after row; decay and driven B x L x E x N, c B x L x N."""
    rows = zip(decay.unbind(1), driven.unbind(1), c.unbind(1), strict=True)
    h, read = torch.zeros_like(decay[:, 0]), []
    for held, came, seen in rows:
        h = held * h + came
        read.append((h * seen[:, None, :]).sum(-1))
    return torch.stack(read, dim=1)


def block(w: dict[str, torch.Tensor], u: torch.Tensor) -> torch.Tensor:
    """One block over B x L x D."""
    length, (k, channels), states = u.shape[1], w["conv"].shape, w["log_decay"].shape[0]
    normed = u * torch.rsqrt((u * u).mean(-1, keepdim=True) + TINY) * w["norm"]
    x, z = (normed @ w["widen"]).chunk(2, dim=-1)
    kernel = w["conv"].T[:, None, :]
    moved = functional.conv1d(x.transpose(1, 2), kernel, w["conv_bias"], padding=k - 1, groups=channels)
    x = functional.silu(moved[..., :length].transpose(1, 2))
    low, b, c = (x @ w["select"]).split([w["step_up"].shape[0], states, states], dim=-1)
    delta = functional.softplus(low @ w["step_up"] + w["step_bias"])
    a = -torch.exp(w["log_decay"].T)
    decay = torch.exp(delta[..., None] * a)
    driven = (decay - 1.0) / a * b[:, :, None, :] * x[..., None]
    y = scanned(decay, driven, c)
    return u + ((y + w["skip"] * x) * functional.silu(z)) @ w["narrow"]


def mamba_block(inputs: Inputs, options: dict) -> Task:
    """Loss and the slope of all weights and of the input."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    weights = {name: torch.from_numpy(inputs[name]).requires_grad_() for name in NAMES}
    u = torch.from_numpy(inputs["u"]).requires_grad_()
    held = [*weights.values(), u]

    def run() -> tuple:
        return torch.autograd.grad((block(weights, u) ** 2).mean(), held)

    def columns(found: tuple) -> np.ndarray:
        told = dict(zip([*NAMES, "u"], found, strict=True))
        parts = [told[name].numpy().astype(np.float64) for name in ("u", "log_decay", "select")]
        return np.concatenate([np.ravel(part / np.abs(part).max()) + 2.0 for part in parts])

    return Task(run, columns, lambda _: UNTOLD)


if __name__ == "__main__":
    serve({"mamba_block": mamba_block}, {"torch": torch.__version__})
