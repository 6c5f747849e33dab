"""Attributes and a similarity transform in, pictures out."""
import math

import torch

from . import body, eyes, hair, head, mouth, palette, wear
from .anatomy import Anatomy
from .canvas import Canvas, halve


def similarity(count, shift=(0.0, 0.0), degrees=0.0, scale=1.0):
    """One transform for `count` faces: shift in half pictures (right, down), turn in degrees clockwise, scale."""
    row = torch.tensor([shift[0], shift[1], math.radians(degrees), scale])
    return row.repeat(count, 1)


def upright(count):
    """The alignment of the training set."""
    return similarity(count)


@torch.no_grad()
def draw(a, size, transform=None):
    """Pictures (B,3,size,size) in [-1,1] of the faces `a` (from `sample`).

    Drawn at twice the size with edges one pixel wide and reduced by Lanczos. `transform` (B,4) moves the
    plane the face is drawn on, which has no border. On the device that the attributes are on.
    """
    with a["yaw"].device:
        return _paint(a, size, upright(len(a["yaw"])) if transform is None else transform)


def _paint(a, size, transform):
    c = Canvas(transform, 2 * size)
    an = Anatomy(c, a)
    skin = palette.skin(a["skin"], a["undertone"])
    hair_colour = palette.along(palette.HAIR, a["hair_tone"])
    brow_colour = hair_colour * 0.62 + 0.06 * hair_colour.mean(1, keepdim=True)
    back_colour = palette.hsv(a["back_hue"], torch.full_like(a["yaw"], 0.25), 0.6 + 0.4 * a["back_tone"])

    body.background(c, a)
    hair.back(c, an, hair_colour)
    body.neck(c, an, skin)
    body.clothes(c, an)
    head.ears(c, an, skin)
    alpha = head.head(c, an, skin, back_colour)
    head.nose(c, an, alpha)
    hair.beard(c, an, brow_colour, alpha)
    mouth.mouth(c, an, alpha, skin)
    eyes.eyes(c, an, alpha, skin)
    eyes.brows(c, an, alpha, brow_colour)
    hair.front(c, an, hair_colour, alpha)
    wear.glasses(c, an, alpha)
    return (halve(c.rgb) * 2 - 1).clamp(-1, 1)
