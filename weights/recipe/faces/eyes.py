"""Eyes, lids, lashes and brows, both sides at once through the mirrored coordinate."""
import torch

from . import palette
from .canvas import bell, ramp


def eyes(c, an, alpha, skin):
    a = an.a
    w, h = an.eye_w, an.eye_h
    x = an.mirror - an.eye_x                                 # < 0 towards the nose
    y = an.v - an.eye_y + 0.10 * (a["eye_slant"] + 0.6) * x
    X = x / w
    arch = (1 - X * X).clamp(min=0)
    squint = 0.30 * a["smile"].clamp(min=0)
    tilt = 1 - 0.22 * X
    upper = -h * arch ** 0.75 * tilt
    lower = h * (0.72 - squint) * arch ** 0.85 * (1 + 0.12 * X)
    fade = ramp(1.12 - X.abs(), 0, 0.12)
    inside = c.cover(torch.maximum(upper - y, y - lower)) * c.cover(x.abs() - w) * alpha

    white = 0.93 - 0.10 * X * X
    c.paint(torch.stack([white, white * 0.975, white * 0.965], 1), inside)
    c.shade(torch.tensor([0.86, 0.66, 0.62]), inside * 0.6 * ramp(-X, 0.72, 1.0))

    r = 0.055 + 0.010 * a["eye_size"] + 0.003 * (1 - a["age"])
    ix = x - an.side * a["gaze_x"] * 0.030
    iy = y - a["gaze_y"] * 0.014 + h * 0.10
    rho = (ix * ix + iy * iy).sqrt()
    iris = palette.along(palette.IRIS, a["iris"][:, 0, 0])
    c.paint(iris * 0.42, inside * c.cover(rho - r))
    c.paint(iris, inside * c.cover(rho - r * 0.86, 0.012))
    c.glow(iris, inside * 0.75 * bell((ix / (r * 0.6)) ** 2 + ((iy - r * 0.55) / (r * 0.38)) ** 2))
    c.paint(torch.tensor([[0.06, 0.045, 0.05]]), inside * c.cover(rho - r * 0.44, 0.004))
    c.shade(torch.tensor([0.50, 0.44, 0.48]), inside * 0.75 * (1 - ramp(y - upper, 0.0, h * 0.62)))
    lx = an.light[0]
    gx = ix * an.side - 0.36 * r * torch.sign(lx)
    c.paint(torch.ones(1, 3), inside * 0.96 * c.cover((gx * gx + (iy + r * 0.40) ** 2).sqrt() - r * 0.27, 0.006))
    hx = ix * an.side + 0.40 * r * torch.sign(lx)
    c.paint(torch.ones(1, 3), inside * 0.40 * c.cover((hx * hx + (iy - r * 0.42) ** 2).sqrt() - r * 0.15, 0.006))

    # upper lid: lash line, crease and the lid's own colour; lower lid: a thin shadow
    up = y - upper
    makeup = a["makeup"]
    shadow = palette.hsv((0.95 + 0.25 * a["iris"][:, 0, 0]) % 1, 0.45 + 0 * makeup[:, 0, 0], 0.55 + 0 * makeup[:, 0, 0])
    lid = fade * ramp(-up, 0.0, 0.006) * (1 - ramp(-up, 0.022, 0.042))
    c.paint(skin * 0.90, alpha * 0.55 * lid)
    c.paint(shadow, alpha * 0.50 * makeup * lid)
    crease = (up + 0.034 + 0.004 * a["eye_size"]) / 0.007
    c.shade(torch.tensor([0.62, 0.46, 0.44]), alpha * 0.62 * fade * bell(crease * crease))
    lash = 0.0065 + 0.006 * makeup + 0.003 * (1 - a["masculine"])
    wing = ramp(1.22 + 0.1 * makeup - X, 0, 0.10) * ramp(X + 1.12, 0, 0.14)
    c.paint(torch.tensor([[0.10, 0.065, 0.06]]), alpha * 0.93 * wing * c.line(up + 0.35 * lash + 0.25 * (X - 1).clamp(min=0) * w, lash * (0.62 + 0.38 * X)))
    under = (y - lower - 0.004) / 0.006
    c.shade(torch.tensor([0.55, 0.38, 0.36]), alpha * (0.42 + 0.25 * makeup) * fade * bell(under * under) * ramp(X + 1, 0.1, 0.6))


def brows(c, an, alpha, hair):
    a = an.a
    x = an.mirror - an.eye_x - 0.008
    X = x / (an.eye_w * 1.28)
    lift = 0.016 * a["brow_lift"] + 0.012 * (a["smile"].clamp(min=0)) - 0.010 * a["masculine"]
    sad = (-a["smile"]).clamp(min=0)
    curve = an.eye_y - an.eye_h - 0.066 - lift + 0.030 * X * X + (0.012 * a["brow_tilt"] - 0.004 + 0.035 * sad) * X
    width = (0.010 + 0.015 * a["brow_thick"]) * (1 - 0.45 * ramp(X, -0.2, 1.0))
    body = c.cover((an.v - curve).abs() - width, 0.010) * ramp(1.02 - X, 0, 0.25) * ramp(1.02 + X, 0, 0.16)
    c.paint(hair, alpha * (0.62 + 0.30 * a["brow_thick"]) * body)
