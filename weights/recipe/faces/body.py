"""Background, shoulders, clothes and neck."""
import torch

from . import palette
from .canvas import bell, col, ellipse, ramp


def background(c, a):
    """Two soft colours across the plane and a glow behind the head."""
    hue, tone = a["back_hue"], a["back_tone"]
    s = 0.16 + 0.34 * (1 - (2 * tone - 1).abs())
    one = palette.hsv(hue, s, 0.52 + 0.42 * tone)
    two = palette.hsv((hue + 0.07) % 1, s * 0.85, 0.36 + 0.44 * tone)
    way = c.x * col(a["back_turn"].cos()) + c.y * col(a["back_turn"].sin())
    c.paint(one, torch.ones_like(way))
    c.paint(two, torch.sigmoid(2.2 * way))
    c.glow(one, 0.30 * bell((c.x ** 2 + (c.y + 0.15) ** 2) / 0.55))


def neck(c, an, skin):
    """The neck and the chest a neckline shows, in the shade of the chin."""
    a = an.a
    x = c.x - 0.6 * an.sway
    half = 0.185 + 0.055 * a["masculine"] - 0.025 * (1 - ramp(a["age"], 0, 0.3)) + 0.10 * ramp(c.y, 0.60, 0.86)
    d = x.abs() - half
    alpha = c.cover(d) * c.cover(0.1 - c.y)
    lx = an.light[0]
    side = 0.5 + 0.5 * (x / half).clamp(-1, 1) * lx / 0.8
    c.paint(skin * 0.93, alpha)
    c.shade(torch.tensor([0.66, 0.50, 0.46]), alpha * (0.75 * (1 - side) ** 1.5 + 0.10))
    chin = ramp(-(c.y - an.chin_y - 0.06 - 0.10 * (x / 0.3) ** 2), -0.12, 0.12)
    c.shade(torch.tensor([0.58, 0.42, 0.40]), alpha * 0.80 * chin)
    bone = (c.y - 0.83 - 0.10 * x.abs()) / 0.018
    c.shade(torch.tensor([0.82, 0.70, 0.66]), alpha * 0.35 * bell(bone * bone) * ramp(x.abs(), 0.03, 0.10))


def clothes(c, an):
    """Shoulders that go on below the picture, with a round neck, a V, a shirt collar or a roll neck."""
    a = an.a
    tone, hue = a["cloth_tone"], a["cloth_hue"]
    flat = lambda v: v[:, 0, 0]
    colour = palette.hsv(flat(hue), flat(0.22 + 0.42 * (1 - (2 * tone - 1).abs())), flat(0.22 + 0.68 * tone))
    dark = colour * torch.tensor([0.62, 0.60, 0.68])
    m = a["masculine"]
    wide = 0.74 + 0.10 * m - 0.08 * (1 - ramp(a["age"], 0, 0.3))
    x, y = c.x, c.y
    slope = 0.70 + 0.30 * (x.abs() / wide) ** 2.6 - 0.03 * m
    shoulders = torch.maximum((slope - y) * 0.75, x.abs() - wide - 0.08)
    kind = a["neckline"]
    crew, vee, shirt, roll = (ramp(kind, lo, lo + 1e-4) * (1 - ramp(kind, hi, hi + 1e-4)) for lo, hi in
                              ((-1, 0.36), (0.36, 0.58), (0.58, 0.82), (0.82, 2)))
    round_hole = ellipse(x, y - 0.66, torch.full_like(m, 0.285), torch.full_like(m, 0.165))
    vee_hole = (y - 0.66) * 0.62 + x.abs() - 0.235
    hole = crew * round_hole + (vee + shirt) * vee_hole + roll * (0.60 + 0.05 * x * x - y)
    hole_in = c.cover(hole) * (1 - roll)
    neck_roll = roll * c.cover(torch.maximum(x.abs() - 0.245 - 0.05 * ramp(y, 0.6, 0.8), 0.575 - 0.1 * (0.25 - x * x) - y))
    alpha = (c.cover(shoulders) * (1 - hole_in)).maximum(neck_roll)
    lx = an.light[0]
    lit = (0.55 + 0.55 * (x / (wide + 0.1)) * lx + 0.25 * (0.95 - y)).clamp(0, 1)
    c.paint(dark, alpha)
    c.paint(colour, alpha * lit)
    edge = (hole - 0.022) / 0.013
    c.shade(torch.tensor([0.72, 0.70, 0.74]), alpha * 0.5 * bell(edge * edge) * (crew + vee))
    fold = (x.abs() - 0.60 - 0.06 * torch.sin(y * 6)) / 0.05
    c.shade(torch.tensor([0.72, 0.70, 0.76]), alpha * 0.45 * bell(fold * fold) * ramp(y, 0.80, 1.0))
    # the shirt's collar: two lighter flaps beside the V
    flap = shirt * c.cover(torch.maximum((hole - 0.10).abs() - 0.10, (y - 0.93 + 0.3 * x.abs()))) * (1 - hole_in)
    c.paint(colour + (1 - colour) * 0.30, flap * c.cover(shoulders) * 0.8)
    c.shade(torch.tensor([0.70, 0.68, 0.72]), shirt * alpha * 0.6 * bell(((hole - 0.215) / 0.02) ** 2) * c.cover(y - 0.95))
    # shade the head throws on the shoulders
    c.shade(torch.tensor([0.62, 0.58, 0.66]), alpha * 0.55 * bell((x * x) / 0.09) * (1 - ramp(y, 0.62, 0.92)))
    lines = 0.5 + 0.5 * torch.sin(x * 70)
    c.shade(torch.tensor([0.85, 0.85, 0.88]), neck_roll * (1 - c.cover(shoulders)) * (0.3 * lines + 0.3))
