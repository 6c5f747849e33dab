"""Draw the example faces: one held-out face upright, turned, shifted and made smaller.

    python examples.py --out ../../examples/faces
"""
import argparse
import os

from PIL import Image

from dataset import SEED
from faces import draw, sample, similarity
from sheet import to_bytes

FACE = 20  # index in the held-out split
VIEWS = {
    "upright": {},
    "turned-20": {"degrees": 20.0},
    "shifted": {"shift": (0.25, -0.125)},  # an eighth of the picture to the right, a sixteenth up
    "small": {"scale": 0.75},
}


def main(o):
    os.makedirs(o.out, exist_ok=True)
    face = sample(SEED, "held-out", [o.face])
    for name, move in VIEWS.items():
        picture = to_bytes(draw(face, o.size, similarity(1, **move)))[0]
        Image.fromarray(picture).save(os.path.join(o.out, name + ".png"), optimize=True)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--face", type=int, default=FACE)
    p.add_argument("--size", type=int, default=512)
    main(p.parse_args())
