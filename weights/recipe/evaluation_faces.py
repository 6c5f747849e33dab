"""Draw the faces of the evaluation: 16 held-out ones, upright and moved in eight ways, each drawn anew and so without a border.

    python evaluation_faces.py --out ../../evaluation
"""
import argparse
import json
import math
import os
import re

import numpy as np
import torch
from PIL import Image

from dataset import SEED
from faces import draw, sample
from sheet import to_bytes

COUNT, SIZE, MOVES = 16, 64, 51  # MOVES seeds directions and signs


def transforms():
    """{name: (COUNT,4) of shift x, shift y (in half pictures), turn (degrees, clockwise), scale}"""
    rng = np.random.default_rng(MOVES)
    plain = np.tile([0.0, 0.0, 0.0, 1.0], (COUNT, 1))
    out = {"upright": plain}
    for percent in (5, 10, 15):
        angle = rng.uniform(0, 2 * math.pi, COUNT)
        t = plain.copy()
        t[:, :2] = np.stack([np.cos(angle), np.sin(angle)], 1) * 2 * percent / 100
        out[f"shift{percent}"] = t
    for degrees in (10, 20, 30):
        t = plain.copy()
        t[:, 2] = degrees * rng.choice([-1, 1], COUNT)
        out[f"turn{degrees}"] = t
    for name, scale in (("scale3/4", 0.75), ("scale5/4", 1.25)):
        t = plain.copy()
        t[:, 3] = scale
        out[name] = t
    return out


def formatted(about):
    """As the repository's formatter writes it: lists of numbers on one line."""
    return re.sub(r"\[[\d,\s]+\]", lambda m: "[" + ", ".join(re.findall(r"\d+", m[0])) + "]", json.dumps(about, indent=2))


def main(o):
    faces, rows = sample(SEED, "held-out", range(COUNT)), []
    moves = {name: t.round(6) for name, t in transforms().items()}
    for t in moves.values():
        t = torch.tensor(t, dtype=torch.float32)
        t[:, 2] = torch.deg2rad(t[:, 2])
        rows.append(np.concatenate(list(to_bytes(draw(faces, SIZE, t))), 1))
    Image.fromarray(np.concatenate(rows)).save(os.path.join(o.out, "faces.png"), optimize=True)
    about = {
        "about": "Held-out faces of the default model's drawings, not seen in any training. A row of faces.png for each transform, a column for each face.",
        "seed": SEED, "split": "held-out", "faces": list(range(COUNT)), "size": SIZE,
        "transforms": [{"name": n, "moves": [dict(zip(("x", "y", "degrees", "scale"), m)) for m in t.tolist()]} for n, t in moves.items()],
    }
    with open(os.path.join(o.out, "faces.json"), "w") as f:
        f.write(formatted(about) + "\n")


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    main(p.parse_args())
