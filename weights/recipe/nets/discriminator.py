"""A residual discriminator with minibatch standard deviation, and weights at unit scale."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .stylegan2 import GAIN, Linear, lrelu

CHANNELS = {64: 32, 32: 64, 16: 128, 8: 128, 4: 128}


class Conv(nn.Module):
    """Convolution times `gain`; leaky ReLU being homogeneous, gains after it are taken in here."""

    def __init__(self, n_in, n_out, k, gain=GAIN, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, k, k))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.gain, self.pad, self.bias_gain = gain / math.sqrt(n_in * k * k), k // 2, gain

    def forward(self, x):
        bias = None if self.bias is None else self.bias * self.bias_gain
        return F.conv2d(x, self.weight * self.gain, bias, padding=self.pad)


class Block(nn.Module):
    """3x3, halve, 3x3 at the lower size beside a 1x1 shortcut: half the work of a full-size second convolution."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.conv0, self.conv1 = Conv(n_in, n_in, 3), Conv(n_in, n_out, 3, gain=1)
        self.skip = Conv(n_in, n_out, 1, gain=math.sqrt(0.5), bias=False)

    def forward(self, x):
        y = F.avg_pool2d(F.leaky_relu(self.conv0(x), 0.2), 2)
        return F.leaky_relu(self.conv1(y), 0.2) + self.skip(F.avg_pool2d(x, 2))


class Discriminator(nn.Module):
    def __init__(self, group=8):
        super().__init__()
        self.group = group
        sizes = list(CHANNELS)
        self.from_rgb = Conv(3, CHANNELS[sizes[0]], 1)
        self.blocks = nn.ModuleList(Block(CHANNELS[a], CHANNELS[b]) for a, b in zip(sizes, sizes[1:]))
        n = CHANNELS[4]
        self.conv = Conv(n + 1, n, 3)
        self.fc, self.out = Linear(n * 16, n), Linear(n, 1)

    def forward(self, x):
        x = F.leaky_relu(self.from_rgb(x), 0.2)
        for block in self.blocks:
            x = block(x)
        with torch.autocast("cpu", enabled=False):
            x = x.float()
            b, c, h, w = x.shape
            g = math.gcd(b, self.group)
            spread = (x.reshape(g, -1, c, h, w).var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
            x = torch.cat([x, spread.repeat(g)[:, None, None, None].expand(-1, 1, h, w)], 1)
            x = F.leaky_relu(self.conv(x), 0.2)
            x = lrelu(self.fc(x.contiguous().flatten(1)))
            return self.out(x)
