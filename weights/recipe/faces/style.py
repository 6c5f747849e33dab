"""What a face's style vector w says: 128 numbers about the face, each close to linear in what it does to the picture."""
import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import ndtr

from . import palette
from .attributes import DRAWS, attributes
from .canvas import ramp

SIZE = 128
USED = 98   # the rest says nothing
STEP = 0.25 * math.sqrt(2)  # one deviation of a feature, in w: Adam's steps of 0.01 cross W in a few dozen, as in large StyleGANs
LIFT = 2.5  # features lie around it, where the leaky ReLU that ends a mapping network is straight


def _columns(a):
    """(shape, rest): lists of (B,) tensors; `shape` says where things are, `rest` all else."""
    yaw, s, age, m = a["yaw"], a["smile"], a["age"], a["masculine"]
    length, phase, wave = a["hair_length"], a["hair_phase"], a["hair_wave"]
    lx, power, gl = a["light_x"], a["light_power"], a["glasses"]
    shape = [yaw, yaw.abs(), m, a["face_width"], a["jaw"], a["chin"], a["ears"], a["bald"],
             length, ramp(length, 0.05, 0.12), ramp(length, 0.15, 0.5), ramp(length, 0.18, 0.32), ramp(length, 0.25, 0.8),
             a["hair_volume"], wave, wave * phase.cos(), wave * phase.sin(), a["parting"], a["fringe"], a["fringe"] * a["parting"]]
    rest = [s, s.clamp(min=0), ramp(s, 0.42, 1.0), age, ramp(age, 0.42, 1.0), ramp(age, 0.0, 0.3), a["freckles"]]
    rest += [(k * phase).cos() for k in (1, 2, 3)] + [(k * phase).sin() for k in (1, 2, 3)]
    rest += [a[n] for n in ("brow_thick", "brow_lift", "brow_tilt", "eye_size", "eye_space", "eye_open", "eye_slant", "gaze_x", "gaze_y",
                            "nose_length", "nose_width", "mouth_width", "lips", "makeup", "moustache")]
    rest += [a["beard"], ramp(a["beard"], 0.45, 1.0), ramp(a["beard"], 0.02, 0.65), gl, gl * a["glasses_round"]]
    rest += [lx, lx.abs(), (8 * lx).tanh(), a["light_y"], power, lx * power]
    kind = a["neckline"]
    rest += [(kind < 0.36).float(), ((kind >= 0.36) & (kind < 0.58)).float(), ((kind >= 0.58) & (kind < 0.82)).float()]

    hue, tone, cloth = a["back_hue"], a["back_tone"], a["cloth_tone"]
    soft = 0.16 + 0.34 * (1 - (2 * tone - 1).abs())
    one, two = palette.hsv(hue, soft, 0.52 + 0.42 * tone), palette.hsv((hue + 0.07) % 1, soft * 0.85, 0.36 + 0.44 * tone)
    turn = a["back_turn"][:, None]
    shadow = palette.hsv((0.95 + 0.25 * a["iris"]) % 1, torch.full_like(hue, 0.45), torch.full_like(hue, 0.55))
    skin, hair, paint = palette.skin(a["skin"], a["undertone"]), palette.along(palette.HAIR, a["hair_tone"]), 0.75 * a["makeup"][:, None]
    lip = skin * torch.tensor([0.86, 0.60, 0.58]) * (1 - paint) + torch.tensor([0.78, 0.16, 0.24]) * paint
    colours = [skin, hair, lip, a["beard"][:, None] * hair, palette.along(palette.IRIS, a["iris"]),
               gl[:, None] * palette.along(palette.FRAME, a["glasses_tone"]), a["makeup"][:, None] * shadow,
               palette.hsv(a["cloth_hue"], 0.22 + 0.42 * (1 - (2 * cloth - 1).abs()), 0.22 + 0.68 * cloth),
               one, two, (one - two) * turn.cos(), (one - two) * turn.sin()]
    for c in colours:
        rest += list(c.unbind(1))
    return shape, rest


def raw(a):
    """Features (B,USED) before they are brought to one scale."""
    shape, rest = _columns(a)
    return torch.stack(shape + rest, 1)


class Style:
    """w of faces: features at zero mean and unit variance over the drawings, within 4 deviations of it; then zeros."""

    def __init__(self, seed=0, count=40_000):
        x = raw(of_normals(np.random.default_rng(seed).standard_normal((count, DRAWS))))
        self.mean, self.sd = x.mean(0), x.std(0)

    def __call__(self, a):
        x = ((raw(a) - self.mean) / self.sd).clamp(-4, 4)
        return F.pad(x, (0, SIZE - USED))


CYCLIC = ("hair_phase", "back_hue", "back_turn", "cloth_hue")


def of_normals(z):
    """Attributes of z (B,128): a number on a circle is the angle of two normals, so that the circle has no seam."""
    u = ndtr(z)
    return attributes(np.clip(u, 1e-9, 1 - 1e-9), {n: np.arctan2(z[:, -1 - k], z[:, -5 - k]) / (2 * math.pi) + 0.5 for k, n in enumerate(CYCLIC)})


def fresh(style, count, seed):
    """w (count,128) of faces that no split holds."""
    return style(of_normals(np.random.default_rng(seed).standard_normal((count, DRAWS))))
