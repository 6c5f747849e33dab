"""The plane a face is drawn on: coordinates, soft-edged shapes, painting, and Lanczos reduction."""
import math

import torch
import torch.nn.functional as F


def col(v):
    """(B,) -> (B,1,1), to stand beside a (B,H,W) plane."""
    return v[:, None, None]


def ramp(v, low, high):
    """Smooth step from 0 at `low` to 1 at `high`."""
    t = ((v - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def bell(v):
    """exp(-v)."""
    return torch.exp(-v)


def ellipse(x, y, rx, ry):
    """Distance to an ellipse about the origin, exact to first order at its edge."""
    u, v = x / rx, y / ry
    k = (u * u + v * v).sqrt()
    g = ((u / rx) ** 2 + (v / ry) ** 2).sqrt()
    return k * (k - 1) / (g + 1e-6)


VIEW = 0.84      # half the side of the upright picture, in face coordinates
LOOK_Y = -0.045  # what its centre looks at


class Canvas:
    """A batch of pictures in face coordinates: x to the right, y down; the head is about 0.9 wide."""

    def __init__(self, transform, size):
        """transform: (B,4) of shift x, shift y (in half pictures), turn (radians, clockwise) and scale."""
        self.size = size
        line = (torch.arange(size, dtype=torch.float32) + 0.5) * (2 / size) - 1
        sx, sy, turn, scale = (col(v) for v in transform.unbind(1))
        px, py = line[None, None, :] - sx, line[None, :, None] - sy
        c, s = turn.cos() / scale, turn.sin() / scale
        self.x, self.y = (c * px + s * py) * VIEW, (c * py - s * px) * VIEW + LOOK_Y
        self.px = 2 / size / scale * VIEW
        self.rgb = torch.zeros(transform.shape[0], 3, size, size)

    def cover(self, d, soft=0.0):
        """How much of each pixel lies where d < 0; the edge is a pixel or `soft` wide, whichever is more."""
        return (0.5 - d / (self.px + soft)).clamp(0, 1)

    def line(self, d, width):
        """A stroke about d = 0, of half-width `width`; thinner than a pixel it fades instead of vanishing."""
        w = torch.maximum(width, self.px * 0.5) if torch.is_tensor(width) else self.px.clamp(min=2 * width) * 0.5
        return (0.5 - (d.abs() - w) / self.px).clamp(0, 1) * (width / w)

    def paint(self, colour, alpha):
        """Lay colour ((B,3), or (B,3,H,W)) over the picture."""
        if colour.dim() == 2:
            colour = colour[:, :, None, None]
        self.rgb += (colour - self.rgb) * alpha[:, None]

    def shade(self, tint, alpha):
        """Multiply the picture by tint ((3) or (B,3)) where alpha is 1."""
        tint = tint.reshape(-1, 3)[:, :, None, None]
        self.rgb *= 1 + (tint - 1) * alpha[:, None]

    def glow(self, colour, alpha):
        """Screen: lighten towards colour."""
        if colour.dim() == 2:
            colour = colour[:, :, None, None]
        self.rgb += (1 - self.rgb).clamp(min=0) * colour * alpha[:, None]


def halve(rgb):
    """Lanczos (a = 3) reduction to half the size, edges renormalised."""
    taps = [math.sin(math.pi * t) / (math.pi * t) * math.sin(math.pi * t / 3) / (math.pi * t / 3)
            for t in ((k - 5.5) / 2 for k in range(12))]
    kernel = torch.tensor(taps)
    kernel = (kernel / kernel.sum()).to(rgb)
    b, c, h, w = rgb.shape
    x = F.pad(rgb.reshape(b * c, 1, h, w), (5, 5, 5, 5), mode="replicate")
    x = F.conv2d(x, kernel[None, None, None, :], stride=(1, 2))
    x = F.conv2d(x, kernel[None, None, :, None], stride=(2, 1))
    return x.reshape(b, c, h // 2, w // 2)
