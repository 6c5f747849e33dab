"""A drawer of soft, shaded faces: attributes in, pictures out, any size, moved, turned or scaled without a border."""
from .attributes import NAMES, latents, sample
from .draw import draw, upright, similarity

__all__ = ["NAMES", "latents", "sample", "draw", "upright", "similarity"]
