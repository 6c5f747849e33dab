"""Frechet distance between two sets of pictures on the perceptual network's pooled features."""
import numpy as np
import torch


@torch.no_grad()
def features(net, pictures):
    """(N, 320) float64 features of pictures (N,3,64,64)."""
    return torch.cat([net.pooled(x) for x in pictures.split(64)]).double().numpy()


def frechet(a, b):
    """|mean difference|^2 + tr(A + B - 2 sqrt(AB)), in units of the features' total variance in `b`."""
    A, B = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(B)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ A @ root).clip(0)).sum()   # tr sqrt(AB)
    d = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(A) + np.trace(B) - 2 * cross
    return d / np.trace(B)
