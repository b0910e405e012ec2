"""Muon for the convolutions' weights, Adam for everything else.

Muon (Keller Jordan, 2024) makes the momentum of a weight matrix orthogonal before it is added; with the scale that Moonlight uses (0.2 times the
root of the longer side) it takes Adam's learning rates and decay.
"""

import math

import torch


def orthogonal(matrix, steps=5):
    """About the nearest matrix with orthonormal rows (Newton-Schulz iteration)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).float()


class Optimiser:
    def __init__(self, network, rate, decay=0.03, momentum=0.95, betas=(0.9, 0.98)):
        self.rate, self.decay, self.momentum = rate, decay, momentum
        self.matrices, rest_decayed, rest = [], [], []
        for name, parameter in network.named_parameters():
            if parameter.ndim == 4 and min(parameter.shape[:2]) >= 8:
                self.matrices.append(parameter)
            else:
                (rest_decayed if parameter.ndim > 1 and "gain" not in name else rest).append(parameter)
        self.momenta = [torch.zeros_like(p) for p in self.matrices]
        groups = [{"params": rest_decayed, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]
        self.adam = torch.optim.AdamW(groups, lr=rate, betas=betas)

    @torch.no_grad()
    def step(self, rate):
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()
        for parameter, momentum in zip(self.matrices, self.momenta):
            momentum.mul_(self.momentum).add_(parameter.grad)
            flat = torch.add(parameter.grad, momentum, alpha=self.momentum).flatten(1)
            scale = 0.2 * math.sqrt(max(flat.shape))
            parameter.mul_(1 - rate * self.decay)
            parameter.add_(orthogonal(flat).view_as(parameter), alpha=-rate * scale)

    def state(self):
        return {"momenta": self.momenta, "adam": self.adam.state_dict()}

    def load(self, state):
        for mine, saved in zip(self.momenta, state["momenta"]):
            mine.copy_(saved)
        self.adam.load_state_dict(state["adam"])
