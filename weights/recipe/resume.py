"""Take the released weights apart again, into the checkpoints that training goes on from.

    python resume.py --weights .. --work DIR

Writes gan.pt, mapping.pt, encoder.pt and perceptual.pt; optimisers start anew.
"""
import argparse
import os

import torch
from safetensors.torch import load_file

from faces.style import LIFT, STEP
from files import save
from nets.discriminator import Discriminator
from nets.encoder import encoder
from nets.perceptual import Perceptual
from nets.stylegan2 import GAIN, Generator
from train_mapping import Plain


@torch.no_grad()
def part(g):
    """(mapping as trained, synthesis state as trained): the inverse of train_mapping.join."""
    net = Plain()
    for i, layer in enumerate(net.layers):
        fc = getattr(g.mapping, f"fc{i}")
        size = STEP / GAIN if i == 7 else 1
        layer.weight.copy_(fc.weight * fc.gain / size)
        layer.bias.copy_(fc.bias * fc.lr_mult / size)
    for layer in (m for m in g.synthesis.modules() if hasattr(m, "affine")):
        a = layer.affine
        a.bias.add_((a.weight * a.gain).sum(1) * STEP * LIFT)
        a.weight.mul_(STEP)
    return net, g.synthesis.state_dict()


def main(o):
    os.makedirs(o.work, exist_ok=True)
    read = lambda name: {k: v.float() for k, v in load_file(os.path.join(o.weights, f"{name}.safetensors")).items()}
    path = lambda name: os.path.join(o.work, f"{name}.pt")
    g = Generator()
    g.load_state_dict(read("generator"))
    net, synthesis = part(g)
    fresh = {"d": Discriminator().state_dict(), "images": o.images, "stage": "released"}
    save({"g": synthesis, "g_ema": synthesis, **fresh}, path("gan"))
    save(net.state_dict(), path("mapping"))
    e = encoder()
    missing = e.load_state_dict(read("encoder"), strict=False).missing_keys
    assert all(k.endswith("num_batches_tracked") for k in missing), missing
    save({"e": e.state_dict(), "opt": torch.optim.Adam(e.parameters(), lr=1e-3).state_dict(), "steps": 0}, path("encoder"))
    net = Perceptual()
    net.load_export(read("perceptual"))
    save({"net": net.state_dict()}, path("perceptual"))


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", default="..")
    p.add_argument("--work", required=True)
    p.add_argument("--images", type=int, default=0, help="pictures that the generator had seen (trained_images of the manifest)")
    main(p.parse_args())
