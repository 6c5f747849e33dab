"""Ears, the shaded head, colour in the cheeks, and the lines of age."""
import torch

from .canvas import bell, ellipse, ramp


def ears(c, an, skin):
    a = an.a
    s = torch.where(c.x < 0, -1.0, 1.0)
    near = an.yaw * s                                       # > 0: the face turns towards this side, the ear goes away
    ex = an.rx * (1.0 - 0.22 * (-near).clamp(min=0) - 0.10 * near.clamp(min=0))
    x = (c.x - 0.2 * an.sway) * s - ex - 0.012
    y = c.y - 0.045
    size = 0.9 + 0.25 * a["ears"]
    d = ellipse(x + 0.12 * y, y, 0.062 * size, 0.112 * size)
    alpha = c.cover(d)
    c.paint(skin * 0.96, alpha)
    c.shade(torch.tensor([0.74, 0.52, 0.47]), alpha * (0.25 + 0.55 * bell(((d + 0.052) / 0.022) ** 2)))
    c.shade(torch.tensor([0.62, 0.46, 0.44]), alpha * 0.6 * ramp(-s * an.light[0], -0.1, 0.9))


def head(c, an, skin, back):
    """Skin over the relief: warm shadows, a soft highlight, light from the background at the rim."""
    a = an.a
    alpha = c.cover(an.d_head)
    nx, ny, nz = an.relief()
    lx, ly, lz = an.light
    dot = nx * lx + ny * ly + nz * lz
    power = a["light_power"]
    lit = ramp(dot, -0.25, 0.92)
    shadow = skin * torch.tensor([0.60, 0.43, 0.40]) + 0.03
    c.paint(skin, alpha)
    c.paint(shadow, alpha * (1 - lit) * (0.45 + 0.5 * power))
    c.glow(torch.ones_like(skin), alpha * 0.14 * power * ramp(dot, 0.70, 1.05))
    half = (lx * lx + ly * ly + (lz + 1) ** 2).sqrt()
    shine = (nx * lx + ny * ly + nz * (lz + 1)) / half
    c.glow(0.35 + 0.65 * skin, alpha * (0.07 + 0.11 * power) * ramp(shine, 0.90, 1.01))
    rim = (1 - nz) ** 3
    c.glow(back, alpha * 0.22 * rim * (1 - lit))
    blush(c, an, alpha)
    lines(c, an, alpha)
    return alpha


def blush(c, an, alpha):
    a = an.a
    q, v = an.mirror, an.v
    warm = 0.30 + 0.15 * a["smile"].clamp(min=0) + 0.25 * a["makeup"]
    c.shade(torch.tensor([1.03, 0.76, 0.74]), alpha * warm * bell(((q - 0.25) / 0.105) ** 2 + ((v - 0.145) / 0.075) ** 2))
    c.shade(torch.tensor([1.02, 0.84, 0.80]), alpha * 0.55 * bell((an.nose_u / 0.05) ** 2 + ((v - an.nose_y + 0.01) / 0.045) ** 2))
    c.shade(torch.tensor([0.86, 0.72, 0.72]), alpha * 0.55 * bell(((q - an.eye_x) / 0.115) ** 2 + ((v - an.eye_y + 0.015) / 0.075) ** 2))
    dots = torch.sin(an.u * 95 + 2 * torch.sin(v * 60)) * torch.sin(v * 105 + 2 * torch.sin(an.u * 50))
    spot = a["freckles"] * ramp(dots, 0.45, 0.8) * bell(((q - 0.16) / 0.14) ** 2 + ((v - 0.12) / 0.07) ** 2)
    c.shade(torch.tensor([0.78, 0.62, 0.52]), alpha * 0.6 * spot)


def lines(c, an, alpha):
    """Folds beside the mouth, bags under the eyes, furrows on the forehead, crow's feet."""
    a = an.a
    q, v = an.mirror, an.v
    old = ramp(a["age"], 0.42, 1.0)
    smile = a["smile"].clamp(min=0)
    tint = torch.tensor([0.70, 0.52, 0.48])

    t = ((v - an.nose_y + 0.01) / 0.135).clamp(0, 1)
    fold = (q - (an.nose_w + 0.045) - (0.075 + 0.045 * smile) * t ** 1.2) / 0.014
    part = ramp(v, an.nose_y - 0.02, an.nose_y + 0.04) * (1 - ramp(v, an.mouth_y - 0.01, an.mouth_y + 0.05))
    c.shade(tint, alpha * (0.16 + 0.30 * smile * (0.3 + 0.7 * old) + 0.62 * old).clamp(max=0.95) * part * bell(fold * fold))

    X = (q - an.eye_x) / an.eye_w
    bag = (v - an.eye_y - an.eye_h * 0.9 - 0.042 + 0.026 * X * X) / 0.010
    c.shade(tint, alpha * 0.60 * old * bell(bag * bag) * ramp(1 - X.abs(), -0.1, 0.4))

    brow_top = an.eye_y - 0.20
    for k in range(3):
        f = (v - brow_top + 0.055 * k + 0.010 + 0.012 * torch.cos(an.u * 11 + k)) / 0.009
        c.shade(tint, alpha * 0.42 * ramp(a["age"], 0.55 + 0.08 * k, 0.95) * bell(f * f) * ramp(0.21 - an.mirror, 0, 0.08))
    foot_x = q - an.eye_x - an.eye_w - 0.012
    for k in (-1, 0, 1):
        f = (v - an.eye_y - k * (0.012 + 0.5 * foot_x)) / 0.006
        c.shade(tint, alpha * 0.55 * old * bell(f * f) * ramp(foot_x, 0, 0.012) * (1 - ramp(foot_x, 0.030, 0.055)))


def nose(c, an, alpha):
    """Nostrils, the shade under the tip, the shade down one side, a light on the tip."""
    a = an.a
    x, y = an.nose_u, an.v - an.nose_y
    w = an.nose_w
    lx = an.light[0]
    c.shade(torch.tensor([0.66, 0.47, 0.44]), alpha * 0.65 * bell((x / (w * 1.1)) ** 2 + ((y - 0.040) / 0.018) ** 2))
    cast = (x * torch.sign(lx) + w * 0.95) / (0.030 + 0.02 * lx.abs())
    c.shade(torch.tensor([0.72, 0.54, 0.50]), alpha * (0.15 + 0.55 * lx.abs()) * bell(cast * cast + ((y + 0.04) / 0.075) ** 2))
    side = (x.abs() - w * 1.05) / 0.011
    c.shade(torch.tensor([0.70, 0.50, 0.46]), alpha * 0.55 * bell(side * side + ((y - 0.008) / 0.024) ** 2))
    hole = ((x.abs() - w * 0.50) / 0.020) ** 2 + ((y - 0.028 - 0.15 * (x.abs() - w * 0.5)) / 0.010) ** 2
    c.shade(torch.tensor([0.38, 0.20, 0.18]), alpha * 0.85 * bell(hole))
    c.glow(torch.ones(1, 3), alpha * 0.30 * bell(((x - 0.012 * torch.sign(lx)) / 0.020) ** 2 + ((y + 0.018) / 0.022) ** 2))
    c.glow(torch.ones(1, 3), alpha * 0.14 * bell(((x - 0.008 * torch.sign(lx)) / 0.016) ** 2 + ((y + 0.12) / 0.07) ** 2))
