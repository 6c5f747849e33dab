"""Train the mapping network to make styles of faces from z, and join it with the synthesis network to one generator.

    python train_mapping.py --work DIR --minutes 4

z says what a face is made of (faces/style.py), w how it looks; the network learns the one from the other, no picture is drawn.
Goes on from DIR/mapping.pt, and with --minutes 0 joins it as it is. Writes both that and DIR/generator.pt.
"""
import argparse
import math
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from faces.attributes import DRAWS
from faces.style import LIFT, SIZE, STEP, USED, Style, of_normals
from files import save
from nets.stylegan2 import GAIN, Generator

FREE = slice(48, 48 + SIZE - USED)  # numbers of z that no attribute reads pass through to the part of w that says nothing


class Plain(nn.Module):
    """The mapping network with its weights at the size they act in, which is easier to train."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(SIZE, SIZE) for _ in range(8))
        # Most features nearly follow one number of z. So numbers pass straight at first: lifted to where the leaky ReLU is
        # straight, and a little mixed.
        for i, layer in enumerate(self.layers):
            nn.init.normal_(layer.weight, std=0.3 / math.sqrt(SIZE))
            layer.weight.data.add_(torch.eye(SIZE)).div_(GAIN)
            nn.init.constant_(layer.bias, LIFT / GAIN if i == 0 else 0)

    def forward(self, x):
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2) * GAIN
        return x


def batch(style, rng, count):
    """Normalised z (count,128) and the features they should become."""
    z = rng.standard_normal((count, DRAWS))
    z /= np.sqrt((z * z).mean(1, keepdims=True))
    x = style(of_normals(z))
    x[:, USED:] = torch.from_numpy(z[:, FREE]).float()
    return torch.from_numpy(z).float(), x


def train(style, net, minutes, size, lr):
    rng = np.random.default_rng(7)
    opt = torch.optim.Adam(net.parameters(), lr=lr, fused=True)
    began, i, running = time.time(), 0, None
    while minutes and (part := (time.time() - began) / 60 / minutes) < 1:
        opt.param_groups[0]["lr"] = lr * (0.5 + 0.5 * math.cos(math.pi * part))
        z, x = batch(style, rng, size)
        loss = F.mse_loss(net(z) / GAIN - LIFT, x)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        i += 1
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if i % 200 == 0:
            print(f"step {i}  {i * size / (time.time() - began):.0f} z/s  unexplained share {running:.4f}", flush=True)


@torch.no_grad()
def join(net, synthesis, style):
    """The generator: features f become w = STEP (f + LIFT), which the affine layers take back."""
    g = Generator()
    g.synthesis.load_state_dict(synthesis)
    for i, layer in enumerate(net.layers):
        fc = getattr(g.mapping, f"fc{i}")
        size = STEP / GAIN if i == 7 else 1               # the last activation keeps factors
        fc.weight.copy_(layer.weight * size / fc.gain)
        fc.bias.copy_(layer.bias * size / fc.lr_mult)
    for block in (m for m in g.synthesis.modules() if hasattr(m, "affine")):
        a = block.affine
        a.weight.div_(STEP)
        a.weight.copy_(a.weight.half().float())           # as it will be stored: then the bias fits it
        a.bias.sub_((a.weight * a.gain).sum(1) * STEP * LIFT)
    rng = np.random.default_rng(22)
    g.mapping.w_avg.copy_(torch.stack([g.mapping(batch(style, rng, 10_000)[0]).mean(0) for _ in range(10)]).mean(0))
    return g


def main(o):
    torch.set_num_threads(o.threads)
    torch.manual_seed(7)
    style, net, path = Style(), Plain(), os.path.join(o.work, "mapping.pt")
    if os.path.exists(path):
        net.load_state_dict(torch.load(path))
    train(style, net, o.minutes, o.batch, o.lr)
    save(net.state_dict(), path)
    state = torch.load(os.path.join(o.work, "gan.pt"), map_location="cpu", weights_only=False)
    g = join(net, state["g_ema"], style)
    save({"g_ema": g.state_dict(), "images": state["images"]}, os.path.join(o.work, "generator.pt"))
    with torch.no_grad():
        z, x = batch(style, np.random.default_rng(8), 20_000)
        off = (g.mapping(z) / STEP - LIFT - x).square().mean(0)
    print("unexplained share:", [round(v, 3) for v in off[:USED].tolist()], "mean", round(off[:USED].mean().item(), 4))


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float, default=4)
    p.add_argument("--batch", type=int, default=2048)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
