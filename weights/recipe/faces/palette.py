"""Colours of skin, hair, irises, backgrounds and clothes."""
import torch

SKIN = torch.tensor([[255, 224, 202], [250, 207, 176], [236, 184, 146], [214, 155, 112], [172, 112, 76], [124, 78, 54], [92, 57, 42]]) / 255
HAIR = torch.tensor([[34, 28, 30], [62, 40, 32], [106, 66, 42], [150, 84, 44], [190, 130, 70], [226, 184, 112], [176, 170, 168], [226, 224, 222]]) / 255
IRIS = torch.tensor([[74, 44, 28], [110, 68, 36], [120, 108, 50], [84, 132, 84], [82, 136, 168], [110, 150, 190]]) / 255
FRAME = torch.tensor([[36, 34, 40], [96, 52, 36], [150, 40, 54], [40, 62, 108], [176, 140, 80]]) / 255


def along(table, t):
    """Colour at t in [0, 1] along a table of colours."""
    table = table.to(t.device)
    p = t.clamp(0, 1) * (len(table) - 1)
    i = p.floor().long().clamp(max=len(table) - 2)
    return table[i] + (table[i + 1] - table[i]) * (p - i)[:, None]


def hsv(h, s, v):
    """(B,) hue, saturation, value -> (B,3)."""
    k = (torch.tensor([5.0, 3.0, 1.0]) + h[:, None] * 6) % 6
    return v[:, None] * (1 - s[:, None] * torch.minimum(k, 4 - k).clamp(0, 1))


def skin(tone, undertone):
    c = along(SKIN, tone)
    return (c * (1 + undertone[:, None] * torch.tensor([0.01, -0.012, -0.035]))).clamp(0, 1)
