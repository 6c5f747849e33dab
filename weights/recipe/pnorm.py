"""P-norm+ statistics: mean, variances and axes of leaky ReLU(w, slope 5) over a million w, in float64.

The noise that the synthesis network was trained with on w (--jitter) counts as part of w: features that depend on each other leave
directions of the mapping's w flat, and P-norm+ divides by deviations.
"""
import numpy as np
import torch
import torch.nn.functional as F

from faces.style import STEP
from nets.stylegan2 import W_DIM


@torch.no_grad()
def statistics(mapping, jitter, count=1_000_000, batch=10_000, seed=21):
    """(mean (128,), eigenvalues (128,) falling, eigenvectors (128,128) in columns); the covariance is unbiased.

    `jitter` in features, as train_gan.py has it."""
    mapping = mapping.double()
    rng = torch.Generator().manual_seed(seed)
    total, square, shift = np.zeros(W_DIM), np.zeros((W_DIM, W_DIM)), None
    for _ in range(count // batch):
        z = torch.randn(batch, W_DIM, generator=rng).double()
        p = F.leaky_relu(mapping(z), 5.0).numpy()
        shift = p.mean(0) if shift is None else shift
        p -= shift                                        # near the mean already: no digits lost in the sums
        total += p.sum(0)
        square += p.T @ p
    mapping.float()
    mean = total / count
    covariance = (square - count * np.outer(mean, mean)) / (count - 1)
    values, vectors = np.linalg.eigh(covariance)
    order = values.argsort()[::-1]
    return mean + shift, values[order] + (STEP * jitter) ** 2, vectors[:, order]
