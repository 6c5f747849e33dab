"""Named editing directions: how the style of a face changes with one attribute while all others stay.

w is a function of a face's attributes (faces/style.py), so its linear regression on all of them together, by the mapping network's
own w, has for each attribute a direction; one unit of it is one standard deviation of the attribute. What comes with an attribute
by nature (CARRIED) is left out of its regression, and so goes along.
"""
import json

import numpy as np
import torch
from safetensors.torch import save_file

from faces import NAMES
from faces.attributes import DRAWS
from faces.style import STEP, Style, of_normals
from nets.stylegan2 import FIRST_ROW, NUM_WS

# What the rows above the base code hold; yaw, the face's and the hair's shape are the base code's (nets.stylegan2.rows_of).
NAMED = {
    "smile": "from a sad closed mouth to an open smile",
    "age": "from a child to an old face, greying",
    "skin": "from fair to dark skin",
    "hair_tone": "from black over brown and blond to white hair",
    "beard": "stubble, then a full beard",
    "glasses": "glasses on",
    "makeup": "red lips and eye shadow",
    "brow_thick": "thick eyebrows",
    "eye_open": "wide eyes",
    "light_x": "light from the picture's right",
    "back_tone": "a bright background",
}

# Held at one tone of hair, an older face would come out darker haired: the tone of the old is what greying made it.
CARRIED = {"age": ("hair_tone",)}


def directions(count=40_000, seed=6):
    """{name: (128,) float32}, in w of the generator as joined by train_mapping.py."""
    z = np.random.default_rng(seed).standard_normal((count, DRAWS))
    a = of_normals(z)
    x = torch.stack([a[n] for n in NAMES], 1).double()
    x = (x - x.mean(0)) / x.std(0)
    ring = [torch.stack([f(a[n]) for f in (torch.cos, torch.sin)], 1).double() for n in ("hair_phase", "back_turn")]
    ring += [torch.stack([f(2 * np.pi * a[n]) for f in (torch.cos, torch.sin)], 1).double() for n in ("back_hue", "cloth_hue")]
    rest = torch.cat([*ring, torch.ones(count, 1, dtype=torch.double)], 1)
    w = Style()(a).double()

    def slope(name):
        held = [n for n in NAMES if n not in CARRIED.get(name, ())]
        known = torch.cat([x[:, [NAMES.index(n) for n in held]], rest], 1)
        return torch.linalg.lstsq(known, w).solution[held.index(name)]

    return {n: (STEP * slope(n)).float() for n in NAMED}


def save(path):
    rows = [FIRST_ROW, NUM_WS - 1]
    entries = {n: {"rows": rows, "description": NAMED[n]} for n in NAMED}
    save_file(directions(), path, {"format": "fwplus-directions-1", "directions": json.dumps(entries)})
