"""Train the generator, in two stages.

Stage 1 (`--paired IMAGES`): every drawing has its own z (the normal numbers it was drawn from), so the generator first learns
to draw each z's own picture. Stage 2: against a discriminator - non-saturating logistic loss, lazy R1, style mixing, averaged
weights - with half of each batch still held to its own picture.

    python train_gan.py --data faces64.npy --work DIR --paired 150000 --minutes 60

Stops at --images or after --minutes; run again to go on from DIR/gan.pt. DIR/perceptual.pt is used as
soon as it is there.
"""
import argparse
import copy
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from dataset import SEED
from faces import latents
from files import save
from nets.discriminator import Discriminator
from nets.perceptual import Perceptual
from nets.stylegan2 import NUM_WS, W_DIM, Generator
from sheet import sheet

STATE = ("g", "d", "g_ema", "g_opt", "d_opt")


class Trainer:
    def __init__(self, o):
        self.o = o
        torch.manual_seed(o.seed)
        self.g, self.d = Generator(), Discriminator()
        self.g_ema = copy.deepcopy(self.g).requires_grad_(False)
        if o.channels_last:
            self.g.synthesis.to(memory_format=torch.channels_last)
            self.d.to(memory_format=torch.channels_last)
        maps, draws = list(self.g.mapping.parameters()), list(self.g.synthesis.parameters())
        self.g_opt = torch.optim.Adam([{"params": draws}, {"params": maps}], lr=o.lr, betas=(0.0, 0.99), eps=1e-8)
        # lazy regularisation: the discriminator's constants allow for its one extra step in `r1_every`
        c = o.r1_every / (o.r1_every + 1)
        self.d_opt = torch.optim.Adam(self.d.parameters(), lr=o.lr * c, betas=(0.0, 0.99 ** c), eps=1e-8)
        self.data = np.load(o.data, mmap_mode="r")
        self.z = latents(SEED, "train", range(len(self.data)))
        self.images, self.perceptual = 0, None
        self.synthesis, self.fast_d = self.compiled(self.g.synthesis), self.compiled(self.d)
        self.path = os.path.join(o.work, "gan.pt")
        if os.path.exists(self.path):
            s = torch.load(self.path, weights_only=False)
            for name in STATE:
                getattr(self, name).load_state_dict(s[name])
            self.images = s["images"]
            torch.manual_seed(o.seed + self.images)
        self.rng = np.random.default_rng(o.seed + self.images)
        self.d_opt.param_groups[0]["lr"] = o.lr * c

    def compiled(self, f):
        return torch.compile(f, dynamic=False) if self.o.compile else f

    def checkpoint(self):
        save({**{n: getattr(self, n).state_dict() for n in STATE}, "images": self.images}, self.path)

    def load_perceptual(self):
        path = os.path.join(self.o.work, "perceptual.pt")
        if self.perceptual is None and os.path.exists(path):
            net = Perceptual()
            net.load_state_dict(torch.load(path)["net"])
            net.requires_grad_(False).to(memory_format=torch.channels_last)
            self.perceptual = self.compiled(net.distance)
            print("perceptual network joins", flush=True)

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.o.bf16)

    def rows(self):
        return np.sort(self.rng.integers(0, len(self.data), self.o.batch))

    def pictures(self, rows):
        x = torch.from_numpy(self.data[rows]).permute(0, 3, 1, 2)
        return (x.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)

    def fake(self, z, mixed=0):
        """Pictures of z; the last `mixed` of them change to another z's style at a random row."""
        w = self.g.mapping(z)
        self.g.mapping.w_avg.lerp_(w.detach().mean(0), 0.005)
        ws = w[:, None].expand(-1, NUM_WS, -1)
        if mixed:
            other = self.g.mapping(torch.randn(len(z), W_DIM))[:, None]
            cut = torch.from_numpy(self.rng.integers(1, NUM_WS, len(z)))
            cut[: len(z) - mixed] = NUM_WS
            ws = torch.where((torch.arange(NUM_WS) < cut[:, None])[:, :, None], ws, other)
        with self.autocast():
            return self.synthesis(ws, fixed_noise=False)

    def judge(self, x):
        with self.autocast():
            return self.fast_d(x.contiguous(memory_format=torch.channels_last))

    def likeness(self, x, want):
        """How far each picture is from the one wanted: absolute difference, and the perceptual distance once there is one."""
        loss = (x - want).abs().mean((1, 2, 3))
        if self.perceptual is not None:
            with self.autocast():
                loss = loss + self.o.perceptual * self.perceptual(x.contiguous(memory_format=torch.channels_last), want)
        return loss

    def paired_step(self):
        rows = self.rows()
        loss = self.likeness(self.fake(self.z[rows]), self.pictures(rows)).mean()
        self.update(loss)
        return {"likeness": loss}

    def adversarial_step(self, i):
        o, rows = self.o, self.rows()
        half = o.batch // 2
        fake = self.fake(torch.cat([self.z[rows[:half]], torch.randn(half, W_DIM)]), mixed=half if self.rng.random() < o.mixing else 0)

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
        self.update(g_loss + o.hold * likeness)
        return {"D": d_loss, "G": g_loss, "likeness": likeness, "real": d_real.mean(), "fake": d_fake.mean(), "r1": self.r1}

    def update(self, loss):
        o = self.o
        paired = self.images < o.paired
        for group, factor in zip(self.g_opt.param_groups, (1, o.map_lr) if paired else (o.g_slow, o.g_slow)):
            group["lr"], group["betas"] = o.lr * factor, (0.9 if paired else 0.0, 0.99)
        self.g_opt.zero_grad(set_to_none=True)
        loss.backward()
        self.g_opt.step()
        self.images += o.batch
        beta = 0.5 ** (o.batch / min(o.ema, self.images * 0.05 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.g_ema.parameters()), list(self.g.parameters()), 1 - beta)
        self.g_ema.mapping.w_avg.copy_(self.g.mapping.w_avg)

    @torch.no_grad()
    def picture(self):
        """In each row: 4 drawings and the averaged generator's picture of their z, then 8 samples of new z."""
        z = torch.randn(48, W_DIM, generator=torch.Generator().manual_seed(7))
        own = self.g_ema(self.z[:24]).reshape(6, 4, 3, 64, 64)
        real = self.pictures(np.arange(24)).reshape(6, 4, 3, 64, 64)
        new = self.g_ema(z).reshape(6, 8, 3, 64, 64)
        sheet(torch.cat([real, own, new], 1).reshape(96, 3, 64, 64), 16).save(os.path.join(self.o.work, f"gan-{self.images:07d}.png"))

    def run(self):
        o = self.o
        end = time.time() + 60 * o.minutes
        began, first, saved, drawn, i = time.time(), self.images, time.time(), time.time(), 0
        self.load_perceptual()
        while self.images < o.images and time.time() < end:
            stats = self.paired_step() if self.images < o.paired else self.adversarial_step(i)
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
    p.add_argument("--images", type=int, default=10 ** 9)
    p.add_argument("--paired", type=int, default=150000, help="images of stage 1")
    p.add_argument("--minutes", type=float, default=1e9, help="length of this run")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--map-lr", type=float, default=20, help="the mapping's learning rate in stage 1, times --lr")
    p.add_argument("--g-slow", type=float, default=1.0, help="the generator's learning rate in stage 2, times --lr")
    p.add_argument("--gamma", type=float, default=0.2)
    p.add_argument("--r1-every", type=int, default=16)
    p.add_argument("--mixing", type=float, default=0.9)
    p.add_argument("--hold", type=float, default=4.0, help="weight of the likeness in stage 2")
    p.add_argument("--perceptual", type=float, default=1.0, help="weight of the perceptual distance in the likeness")
    p.add_argument("--ema", type=float, default=5000, help="half-life of the weight average, in images")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--log-every", type=int, default=50)
    p.add_argument("--picture-every", type=float, default=240, help="seconds")
    p.add_argument("--no-compile", dest="compile", action="store_false")
    p.add_argument("--no-bf16", dest="bf16", action="store_false")
    p.add_argument("--no-channels-last", dest="channels_last", action="store_false")
    return p.parse_args(argv)


if __name__ == "__main__":
    o = options()
    torch.set_num_threads(o.threads)
    os.makedirs(o.work, exist_ok=True)
    Trainer(o).run()
