"""Lips, teeth and tongue from a sad closed mouth to an open smile."""
import torch

from .canvas import bell, ramp


def mouth(c, an, alpha, skin):
    a = an.a
    s = a["smile"]
    happy, sad = s.clamp(min=0), (-s).clamp(min=0)
    open_ = ramp(s, 0.42, 1.0)
    u = an.u - 0.09 * torch.sin(an.yaw)
    X = u / an.mouth_w
    arch = (1 - X * X).clamp(min=0)
    full = 0.55 + 0.75 * a["lips"]

    line = an.v - an.mouth_y + 0.052 * happy * X * X - 0.040 * sad * X * X - 0.020 * happy
    top = -0.010 * open_ * arch
    bottom = 0.082 * open_ * arch ** 0.8
    bow = 0.026 * full * arch ** 0.55 * (1 - 0.30 * bell((X / 0.16) ** 2))
    under = 0.036 * full * arch ** 0.75

    within = c.cover((X.abs() - 1) * an.mouth_w)
    upper = c.cover(torch.maximum(top - bow - line, line - top)) * alpha * within
    lower = c.cover(torch.maximum(bottom - line, line - bottom - under)) * alpha * within
    gap = c.cover(torch.maximum(top - line, line - bottom)) * alpha * within * ramp(open_, 0.0, 0.08)

    rouge = torch.tensor([0.78, 0.16, 0.24])
    natural = skin * torch.tensor([0.86, 0.60, 0.58])
    paint = (a["makeup"] * 0.75)[:, 0]
    lip = natural * (1 - paint) + rouge * paint
    c.paint(lip * 0.84, upper)
    c.paint(lip, lower)
    c.glow(torch.ones(1, 3), lower * 0.22 * bell(((line - bottom - under * 0.42) / 0.010) ** 2 + (X / 0.42) ** 2))

    c.paint(torch.tensor([[0.30, 0.07, 0.08]]), gap)
    c.paint(torch.tensor([[0.78, 0.36, 0.36]]), gap * 0.8 * bell((X / 0.45) ** 2 + ((line - bottom + 0.004) / 0.018) ** 2))
    teeth = gap * c.cover(line - top - 0.60 * (bottom - top), 0.006) * ramp(0.93 - X.abs(), 0, 0.18)
    ivory = torch.tensor([[0.97, 0.95, 0.92]]) - torch.tensor([[0.03, 0.06, 0.13]]) * ramp(a["age"], 0.4, 1)[:, 0]
    c.paint(ivory, teeth)
    c.shade(torch.tensor([0.70, 0.58, 0.58]), teeth * 0.5 * (1 - ramp(line - top, 0, 0.018)))

    seam = (line - top) / 0.0075
    ends = ramp(1.10 - X.abs(), 0, 0.15)
    c.shade(torch.tensor([0.40, 0.20, 0.20]), alpha * 0.85 * (1 - 0.6 * open_) * ends * bell(seam * seam))
    corner = ((X.abs() - 1.02) * an.mouth_w / 0.016) ** 2 + (line / 0.014) ** 2
    c.shade(torch.tensor([0.55, 0.36, 0.34]), alpha * 0.55 * bell(corner))
    below = (line - bottom - under - 0.016) / 0.014
    c.shade(torch.tensor([0.74, 0.56, 0.52]), alpha * 0.50 * bell(below * below) * bell((X / 0.55) ** 2))
    groove = bell((an.nose_u / 0.014) ** 2 + ((line + bow + 0.022) / 0.020) ** 2)
    c.shade(torch.tensor([0.80, 0.64, 0.60]), alpha * 0.40 * groove)
