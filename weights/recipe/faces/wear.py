"""Glasses: rims, bridge, temples, a tint and a glint on the lenses."""
import torch

from . import palette
from .canvas import bell, ramp


def glasses(c, an, head_alpha):
    a = an.a
    on = a["glasses"]
    colour = palette.along(palette.FRAME, a["glasses_tone"][:, 0, 0])
    u = an.u - 0.10 * torch.sin(an.yaw)                     # the frame stands a little off the face
    q, side = u.abs(), torch.where(u < 0, -1.0, 1.0)
    x, y = q - an.eye_x - 0.004, an.v - an.eye_y - 0.012
    round_ = ramp(a["glasses_round"], 0.2, 0.8)
    n = 4.2 - 2.2 * round_
    rx, ry = 0.150 - 0.006 * round_, 0.108 + 0.026 * round_
    k = ((x / rx).abs() + 1e-4) ** n
    k = (k + ((y / ry).abs() + 1e-4) ** n) ** (1 / n)
    d = (k - 1) * (rx + ry) / 2
    lens = c.cover(d) * on
    c.glow(torch.tensor([[0.75, 0.86, 1.0]]), lens * 0.10)
    glint = (x * side * 0.75 + y + 0.045) / 0.022
    c.glow(torch.ones(1, 3), lens * 0.16 * bell(glint * glint) * ramp(-d, 0.01, 0.03))
    c.shade(torch.tensor([0.72, 0.58, 0.56]), on * head_alpha * 0.45 * bell(((d - 0.026) / 0.018) ** 2) * ramp(y, -0.02, 0.08))
    width = 0.0125 + 0.004 * (1 - round_)
    rim = c.line(d, width)
    bridge = c.line(y + 0.030 + 0.9 * q * q, 0.011) * c.cover(q - (an.eye_x - rx * 0.96))
    temple = c.line(y + 0.030, 0.012) * c.cover(an.eye_x + rx * 0.98 - q) * head_alpha * c.cover(an.d_open, 0.02)
    frame = torch.maximum(torch.maximum(rim, bridge), temple) * on
    c.paint(colour, frame)
    c.glow(torch.ones(1, 3), rim * on * 0.35 * bell(((y + ry * 0.95) / 0.03) ** 2))
