"""What limits F/W+ on moved faces: the evaluation's faces by the generator and the encoder alone, with the w that says what is drawn, and
inverted with other weights of the base term. fwplus' own loss, written again in PyTorch, which takes minutes where a full evaluation takes hours.

    python limits.py --weights .. --evaluation ../../evaluation [--base 10 2 0] [--steps 600] [--transforms upright turn30]
"""
import argparse
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from dataset import SEED
from faces import sample
from faces.style import LIFT, STEP, Style
from nets.encoder import encoder
from nets.perceptual import Perceptual
from nets.stylegan2 import FIRST_ROW, NUM_WS, W_DIM, Generator, moved, rows_of

PERCEPTUAL, PNORM, LEARNING_RATE = 10, 0.01, 0.01  # as Kang et al. (2021) have them


class Faces:
    """The evaluation's pictures and how they were moved."""

    def __init__(self, folder):
        with open(os.path.join(folder, "faces.json")) as f:
            about = json.load(f)
        self.size, self.indices = about["size"], about["faces"]
        self.moves = {t["name"]: torch.tensor([[m["x"], m["y"], math.radians(m["degrees"]), m["scale"]] for m in t["moves"]])
                      for t in about["transforms"]}
        self.sheet = torch.from_numpy(np.array(Image.open(os.path.join(folder, "faces.png")).convert("RGB")))

    def pictures(self, transform):
        """(B,3,size,size) in [-1,1]"""
        row = list(self.moves).index(transform)
        rows = self.sheet[row * self.size:(row + 1) * self.size]
        return rows.reshape(self.size, -1, self.size, 3).permute(1, 3, 0, 2).float() / 127.5 - 1


def psnr(x, want):
    """Mean over pictures in dB, of bytes."""
    a, b = (((t + 1) * 127.5 + 0.5).floor().clamp(0, 255) for t in (x, want))
    return (10 * torch.log10(255 ** 2 / (a - b).square().mean((1, 2, 3)))).mean().item()


class Networks:
    def __init__(self, folder):
        read = lambda name: {k: v.float() for k, v in load_file(os.path.join(folder, f"{name}.safetensors")).items()}
        self.g, self.e, self.perceptual, self.pnorm = Generator(), encoder(), Perceptual(), read("pnorm")
        self.g.load_state_dict(read("generator"))
        self.e.load_state_dict(read("encoder"), strict=False)
        self.perceptual.load_export(read("perceptual"))
        for net in (self.g, self.e, self.perceptual):
            net.requires_grad_(False).eval()
        self.loss = torch.compile(self.terms, dynamic=False)

    def terms(self, f, detail, target, guess, base):
        """The loss, summed over pictures, and the pictures."""
        below = detail.new_zeros(len(detail), FIRST_ROW, W_DIM)  # rows that f stands for
        x = self.g.synthesis.from_base_code(f, torch.cat([below, detail], 1))
        p = F.leaky_relu(detail, 5.0) - self.pnorm["mean_latent"]
        v = p @ self.pnorm["eigen_vectors"] / self.pnorm["eigen_values"].sqrt()
        return ((x - target).square().mean((1, 2, 3)) + PERCEPTUAL * self.perceptual.distance(x, target)
                + base * (f - guess).square().mean((1, 2, 3)) + PNORM * v.square().mean((1, 2))).sum(), x

    def invert(self, target, base, steps):
        """The pictures after so many steps."""
        guess, base = self.e.model(target), torch.tensor(base)
        f = guess.clone().requires_grad_()
        detail = self.g.mapping.w_avg.repeat(len(target), NUM_WS - FIRST_ROW, 1).requires_grad_()
        opt = torch.optim.Adam([f, detail], lr=LEARNING_RATE)
        for _ in range(steps):
            loss, x = self.loss(f, detail, target, guess, base)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
        return x.detach()


def main(o):
    torch.set_num_threads(o.threads)
    faces, nets = Faces(o.evaluation), Networks(o.weights)
    features = Style()(sample(SEED, "held-out", faces.indices))
    w = lambda rows: STEP * (rows + LIFT)
    ws = w(features)[:, None].repeat(1, NUM_WS, 1)
    with torch.no_grad():
        code = nets.g.synthesis.base_code(w(rows_of(features)))
    for name in o.transforms:
        target = faces.pictures(name)
        with torch.no_grad():
            known = psnr(nets.g.synthesis.from_base_code(moved(code, faces.moves[name]), ws), target)
            guessed = psnr(nets.g.synthesis.from_base_code(nets.e.model(target), ws), target)
        print(f"{name}: G(T f, w) {known:.2f} dB  G(E(I), w) {guessed:.2f} dB", flush=True)
        for base in o.base:
            print(f"{name}: inverted with base weight {base:g}: {psnr(nets.invert(target, base, o.steps), target):.2f} dB", flush=True)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", default="..")
    p.add_argument("--evaluation", default="../../evaluation")
    p.add_argument("--transforms", nargs="+", default=["upright", "turn30"])
    p.add_argument("--base", nargs="*", type=float, default=[10, 2, 0], help="weights of the base term")
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
