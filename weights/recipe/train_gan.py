"""Train the generator's synthesis network, in two stages. `w` here are features of faces (faces/style.py); the mapping
network learns to make them from z in train_mapping.py.

    python train_gan.py --stage paired --data faces64.npy --work DIR --minutes 60
    python train_gan.py --stage adversarial --data faces64.npy --work DIR --minutes 15 --lr 8e-4

Paired: the picture of each drawing's own w shall be the drawing. Adversarial: against a discriminator - non-saturating
logistic loss, lazy R1, style mixing, averaged weights - with half of each batch still held to its own drawing.

The learning rate falls along a cosine over --minutes. Run again to go on from DIR/gan.pt.
"""
import argparse
import copy
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from dataset import SEED, drawings, moved
from faces import sample, upright
from faces.style import USED, Style, fresh
from files import save
from nets.discriminator import Discriminator
from nets.perceptual import Perceptual
from nets.stylegan2 import NUM_WS, SHAPE, W_DIM, Generator, rows_of
from replay import adam, load, replayed, set_rate
from sheet import sheet


def focus(size=64):
    """Weight of each pixel (1,1,size,size), mean 1: the eyes, nose and mouth are small but what one looks at."""
    line = (torch.arange(size) + 0.5) / size * 2 - 1
    bump = torch.exp(-((line / 0.42) ** 2)[None, :] - (((line - 0.12) / 0.42) ** 2)[:, None])
    weight = 1 + 3 * bump
    return (weight / weight.mean())[None, None]


class Trainer:
    def __init__(self, o):
        self.o, self.device = o, torch.device(o.device)
        torch.manual_seed(o.seed)
        self.g, self.d = Generator(), Discriminator()
        self.g.synthesis.b4.torgb.requires_grad_(False)   # no colour from below the base code
        for layer in self.g.synthesis.modules():          # what a row is not told it does not ask for
            if hasattr(layer, "affine"):
                layer.affine.weight.data[:, USED:] = 0
        for layer in (self.g.synthesis.b4.conv1, self.g.synthesis.b8.conv0, self.g.synthesis.b4.torgb):
            layer.affine.weight.data[:, SHAPE:] = 0
        self.g_ema = copy.deepcopy(self.g.synthesis).requires_grad_(False).to(self.device)
        self.g.synthesis.to(self.device, memory_format=torch.channels_last)
        self.d.to(self.device, memory_format=torch.channels_last)
        draws = [p for p in self.g.synthesis.parameters() if p.requires_grad]
        self.g_opt = adam(draws, o.lr, (0.9 if o.stage == "paired" else 0.0, 0.99), self.device)
        # lazy regularisation: the discriminator's constants allow for its one extra step in `r1_every`
        c = o.r1_every / (o.r1_every + 1)
        self.d_opt = adam(self.d.parameters(), o.lr * c, (0.0, 0.99 ** c), self.device)
        self.data = drawings(o.data).to(self.device)
        self.moved = torch.cat([drawings(path) for path in o.moved]).to(self.device) if o.moved else self.data[:0]
        self.moves = moved(range(len(self.moved))).to(self.device) if o.moved else None
        style = Style()
        self.w = style(sample(SEED, "train", range(max(len(self.data), len(self.moved))))).to(self.device)
        self.new = fresh(style, 100_000, o.seed).to(self.device)
        self.images, self.perceptual = 0, None
        self.synthesis, self.fast_d = self.compiled(self.g.synthesis), self.compiled(self.d)
        self.path = os.path.join(o.work, "gan.pt")
        if os.path.exists(self.path):
            s = torch.load(self.path, map_location=self.device, weights_only=False)
            self.g.synthesis.load_state_dict(s["g"])
            self.g_ema.load_state_dict(s["g_ema"])
            self.d.load_state_dict(s["d"])
            if s["stage"] == o.stage:
                load(self.g_opt, s["g_opt"])
                load(self.d_opt, s["d_opt"])
            self.images = s["images"]
            torch.manual_seed(o.seed + self.images)
        self.rng = np.random.default_rng(o.seed + self.images)
        self.focus, self.still = focus().to(self.device), upright(o.batch).to(self.device)

    def compiled(self, f):
        return torch.compile(f, dynamic=False) if self.o.compile else f

    def checkpoint(self):
        state = {"g": self.g.synthesis, "g_ema": self.g_ema, "d": self.d, "g_opt": self.g_opt, "d_opt": self.d_opt}
        save({**{k: v.state_dict() for k, v in state.items()}, "images": self.images, "stage": self.o.stage}, self.path)

    def load_perceptual(self):
        path = os.path.join(self.o.work, "perceptual.pt")
        if self.perceptual is None and os.path.exists(path):
            net = Perceptual()
            net.load_state_dict(torch.load(path)["net"])
            net.requires_grad_(False).to(self.device, memory_format=torch.channels_last)
            self.perceptual = self.compiled(net.distance)
            print("perceptual network joins", flush=True)

    def autocast(self):
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.o.bf16)

    def rows(self, count=None, data=None):
        return torch.randint(len(self.data if data is None else data), (count or self.o.batch,), device=self.device)

    def pictures(self, rows, data=None):
        x = (self.data if data is None else data)[rows].permute(0, 3, 1, 2)
        return (x.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)

    def fake(self, w, mixed=0, moves=None):
        """Pictures of w; the last `mixed` of them change to another face's style at a random row."""
        ws = rows_of(w)
        if mixed:
            other = rows_of(self.someone(len(w)))
            cut = torch.randint(1, NUM_WS, (len(w),), device=self.device)
            cut[: len(w) - mixed] = NUM_WS
            ws = torch.where((torch.arange(NUM_WS, device=self.device) < cut[:, None])[:, :, None], ws, other)
        with self.autocast():
            return self.synthesis(ws, fixed_noise=False, moves=moves)

    def someone(self, count):
        """w of `count` faces that were never drawn."""
        return self.new[self.rows(count, self.new)]

    def judge(self, x):
        with self.autocast():
            return self.fast_d(x.contiguous(memory_format=torch.channels_last))

    def likeness(self, x, want):
        """How far each picture is from the one wanted: colours and edges at four sizes, more so about the features of the
        face, and the perceptual distance."""
        loss, a, b, focus = 0, x, want, self.focus
        for weight in (1.0, 0.5, 0.5, 0.25):
            e = (a - b) * focus
            loss = loss + weight * (e.abs().mean((1, 2, 3)) + self.o.edges * (
                (e[..., 1:] - e[..., :-1]).abs().mean((1, 2, 3)) + (e[..., 1:, :] - e[..., :-1, :]).abs().mean((1, 2, 3))))
            a, b, focus = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2), F.avg_pool2d(focus, 2)
        if self.perceptual is not None and self.o.perceptual:
            with self.autocast():
                loss = loss + self.o.perceptual * self.perceptual(x.contiguous(memory_format=torch.channels_last), want)
        return loss

    def paired_loss(self):
        rows = self.rows()
        want, moves = self.pictures(rows), None
        if self.moves is not None:                        # many of them with the base code moved as the drawing is
            still = self.o.batch - round(self.o.batch * self.o.share)
            rows = torch.cat([rows[:still], self.rows(self.o.batch - still, self.moved)])
            want = torch.cat([want[:still], self.pictures(rows[still:], self.moved)])
            moves = torch.cat([self.still[:still], self.moves[rows[still:]]])
        w = self.w[rows]
        w[:, :USED] += self.o.jitter * torch.randn(len(w), USED, device=self.device)
        return self.likeness(self.fake(w, moves=moves), want).mean()

    def paired_descent(self):
        loss = self.paired_loss()
        self.descend(loss)
        return loss.detach()

    def paired_step(self, i):
        loss = self.descent()
        self.count()
        return {"likeness": loss}

    def adversarial_step(self, i):
        o, rows = self.o, self.rows()
        half = o.batch // 2
        fake = self.fake(torch.cat([self.w[rows[:half]], self.someone(half)]), mixed=half if self.rng.random() < o.mixing else 0)

        self.d.requires_grad_(True)
        d_real, d_fake = self.judge(self.pictures(self.rows())), self.judge(fake.detach())
        d_loss = F.softplus(-d_real).mean() + F.softplus(d_fake).mean()
        self.d_opt.zero_grad(set_to_none=True)
        d_loss.backward()
        self.d_opt.step()
        if i % o.r1_every == 0:
            x = self.pictures(self.rows()[::2]).requires_grad_(True)
            with self.autocast():                         # uncompiled: the compiler has no second derivatives
                grad, = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)
            self.r1 = grad.float().square().sum((1, 2, 3)).mean()
            self.d_opt.zero_grad(set_to_none=True)
            (self.r1 * (o.gamma / 2 * o.r1_every)).backward()
            self.d_opt.step()

        self.d.requires_grad_(False)
        g_loss = F.softplus(-self.judge(fake)).mean()
        likeness = self.likeness(fake, self.pictures(rows))[:half].mean()
        self.descend(g_loss + o.hold * likeness)
        self.count()
        return {"D": d_loss, "G": g_loss, "likeness": likeness, "real": d_real.mean(), "fake": d_fake.mean(), "r1": self.r1}

    def descend(self, loss):
        self.g_opt.zero_grad(set_to_none=True)
        loss.backward()
        self.g_opt.step()

    def count(self):
        self.images += self.o.batch
        beta = 0.5 ** (self.o.batch / min(self.o.ema, self.images * 0.05 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.g_ema.parameters()), list(self.g.synthesis.parameters()), 1 - beta)

    @torch.no_grad()
    def picture(self):
        """In each row: 4 drawings and the averaged generator's picture of their w, then 8 faces never drawn."""
        own = self.g_ema(rows_of(self.w[:24])).reshape(6, 4, 3, 64, 64)
        real = self.pictures(range(24)).reshape(6, 4, 3, 64, 64)
        known = torch.cat([self.g_ema(rows_of(w)) for w in self.w[:256].split(64)])
        print(f"mean absolute difference of 256 drawings: {(known - self.pictures(range(256))).abs().mean():.4f}", flush=True)
        new = self.g_ema(rows_of(self.new[:48])).reshape(6, 8, 3, 64, 64)
        if self.moves is not None:                        # four of them: moved drawings; four: the same by moved base codes
            new[:, :4] = self.pictures(range(24), self.moved).reshape(6, 4, 3, 64, 64)
            new[:, 4:] = self.g_ema(rows_of(self.w[:24]), moves=self.moves[:24]).reshape(6, 4, 3, 64, 64)
        sheet(torch.cat([real, own, new], 1).reshape(96, 3, 64, 64), 16).save(os.path.join(self.o.work, f"gan-{self.images:07d}.png"))

    def run(self):
        o = self.o
        began = saved = drawn = time.time()
        first, i = self.images, 0
        self.load_perceptual()
        self.descent = replayed(self.paired_descent) if o.replay and o.stage == "paired" else self.paired_descent
        step = self.paired_step if o.stage == "paired" else self.adversarial_step
        while (part := (time.time() - began) / 60 / o.minutes) < 1:
            for opt in (self.g_opt, self.d_opt):
                set_rate(opt, o.lr * (o.last + (1 - o.last) * (0.5 + 0.5 * math.cos(math.pi * part))))
            stats = step(i)
            i += 1
            if i % o.log_every == 0:
                rate = (self.images - first) / (time.time() - began)
                print(f"{self.images} images  {rate:.1f}/s ", *(f"{k} {v.item():.3f}" for k, v in stats.items()), flush=True)
            if time.time() - saved > 100:
                self.checkpoint()
                self.load_perceptual()
                saved = time.time()
            if time.time() - drawn > o.picture_every:
                self.picture()
                drawn = time.time()
        self.checkpoint()
        self.picture()


def options(argv=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--moved", nargs="*", help="moved drawings, in the order of their indices: the base code is moved with them")
    p.add_argument("--share", type=float, default=0.75, help="share of a batch that is moved, with --moved")
    p.add_argument("--stage", choices=("paired", "adversarial"), required=True)
    p.add_argument("--minutes", type=float, required=True, help="length of this run; the learning rate falls over it")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--last", type=float, default=0.05, help="the learning rate at the end, times --lr")
    p.add_argument("--jitter", type=float, default=0.0, help="noise added to w in the paired stage, which makes w smooth")
    p.add_argument("--gamma", type=float, default=0.2)
    p.add_argument("--r1-every", type=int, default=16)
    p.add_argument("--mixing", type=float, default=0.9)
    p.add_argument("--hold", type=float, default=4.0, help="weight of the likeness in stage 2")
    p.add_argument("--perceptual", type=float, default=0.0, help="weight of the perceptual distance in the likeness")
    p.add_argument("--edges", type=float, default=1.0, help="weight of differences between neighbours in the likeness")
    p.add_argument("--ema", type=float, default=5000, help="half-life of the weight average, in images")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    p.add_argument("--replay", action="store_true", help="record the paired step as a CUDA graph")
    p.add_argument("--log-every", type=int, default=50)
    p.add_argument("--picture-every", type=float, default=240, help="seconds")
    p.add_argument("--no-compile", dest="compile", action="store_false")
    p.add_argument("--no-bf16", dest="bf16", action="store_false")
    return p.parse_args(argv)


if __name__ == "__main__":
    o = options()
    torch.set_num_threads(o.threads)
    os.makedirs(o.work, exist_ok=True)
    Trainer(o).run()
