"""Hair behind the head, hair in front of it, beard and moustache."""
import torch

from .canvas import bell, ramp


def _paint(c, an, colour, alpha, depth):
    """Strands that fall from the crown, a band of light across them, darker at the roots and inside."""
    a = an.a
    s, p = an.hair_s + 0.12 * a["hair_wave"] * torch.sin(c.y * 13 + a["hair_phase"]), a["hair_phase"]
    strands = torch.sin(s * 13 + p) + 0.6 * torch.sin(s * 23 - 2 * p) + 0.4 * torch.sin(s * 37 + 3 * p)
    lx, ly, _ = an.light
    lit = (0.52 + 0.45 * (an.hair_s.clamp(-1.2, 1.2) * lx) - 0.38 * ((c.y + 0.1) / 0.7).clamp(-1, 1.2) * 0.8).clamp(0, 1)
    c.paint(colour * depth, alpha)
    c.shade(torch.tensor([0.55, 0.50, 0.52]), alpha * 0.75 * (1 - lit))
    c.shade(torch.tensor([0.72, 0.68, 0.68]), alpha * 0.42 * ramp(strands, 0.2, 1.8))
    band = (an.hair_k - 0.80 + 0.02 * strands) / 0.10
    light = colour * 0.75 + 0.25
    upper = 1 - ramp(c.y, -0.25, 0.05)
    c.glow(light, alpha * depth * (0.30 + 0.25 * a["light_power"]) * bell(band * band) * upper * (0.55 + 0.45 * ramp(an.hair_s * torch.sign(lx), -0.6, 0.8)))
    c.glow(light, alpha * depth * 0.20 * ramp(-strands, 0.3, 1.9) * lit)


def back(c, an, colour):
    alpha = c.cover(an.d_hair) * ramp(an.a["hair_length"], 0.05, 0.12) * (1 - an.a["bald"])
    _paint(c, an, colour, alpha, 0.66)
    return alpha


def front(c, an, colour, skin_alpha):
    a = an.a
    length = a["hair_length"]
    sides = torch.where(length > 0.3, an.hair_end - 0.06, 0.02 - 0.05 * a["masculine"] + 0.10 * ramp(length, 0, 0.3))
    crown = 1 - a["bald"] * (1 - ramp(c.y, -0.30, -0.18))
    # the hair's shade on the face comes first
    shade = bell((an.d_open.clamp(max=0) / 0.055) ** 2) * (1 - ramp(c.y, sides - 0.05, sides + 0.15))
    c.shade(torch.tensor([0.62, 0.45, 0.42]), skin_alpha * 0.55 * shade * crown)
    tip = ramp(sides - c.y, -0.05, 0.05)
    alpha = c.cover(an.d_hair) * c.cover(-an.d_open, 0.010) * tip * crown
    _paint(c, an, colour, alpha, 1.0)
    edge = (an.d_open / 0.020) ** 2
    c.shade(torch.tensor([0.66, 0.62, 0.62]), alpha * 0.5 * bell(edge) * crown)


def beard(c, an, colour, skin_alpha):
    """From stubble to a full beard; leaves the lips to be drawn over it."""
    a = an.a
    amount = a["beard"]
    grow = 0.005 + 0.085 * ramp(amount, 0.45, 1.0)
    q, v = an.mirror, an.v
    line = an.mouth_y - 0.055 - 0.20 * ramp(q, 0.14, 0.42) + 0.06 * bell((q / 0.10) ** 2)
    low = ramp(c.y, an.mouth_y - 0.1, an.chin_y)
    body = c.cover(an.d_head - grow * low, 0.012) * ramp(v - line, 0.0, 0.07)
    u = an.u - 0.09 * torch.sin(an.yaw)
    lipless = 1 - bell((u / 0.085) ** 4 + ((v - an.mouth_y - 0.050) / 0.022) ** 4) * 0.30
    solid = ramp(amount, 0.02, 0.65)
    alpha = body * lipless * solid * 0.93
    strands = torch.sin(an.u * 75 + 3 * torch.sin(v * 22)) * 0.5 + 0.5
    lx = an.light[0]
    tone = (0.78 + 0.30 * (an.X * lx).clamp(-1, 1))
    c.paint(colour[:, :, None, None] * tone[:, None] * 0.86, alpha)
    c.shade(torch.tensor([0.74, 0.72, 0.72]), alpha * 0.35 * strands)
    c.shade(torch.tensor([0.60, 0.55, 0.55]), alpha * 0.6 * ramp(c.y, an.chin_y - 0.02, an.chin_y + 0.09))

    X = u / (an.mouth_w * 1.05)
    arch = (1 - X * X).clamp(min=0)
    mid = an.mouth_y - 0.046 + 0.045 * X * X - 0.035 * a["smile"].clamp(min=0) * X * X
    stache = c.cover((v - mid).abs() - 0.027 * arch ** 0.5, 0.012) * c.cover(u.abs() - an.mouth_w) * skin_alpha
    c.paint(colour * 0.80, stache * a["moustache"] * 0.93 * (1 - 0.35 * bell((X / 0.10) ** 2)))
