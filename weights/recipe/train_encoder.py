"""Train the base-code encoder E on the generator's own pictures: G(E(I), w) shall be I again.

    python train_encoder.py --work DIR --minutes 30 [--drawings faces64.npy moved64.npy]

One w per picture, truncated by 0.7 on rows 0-7, the stored noise; three quarters of the base codes moved, turned and scaled. With
--drawings half of each batch are drawings with the w that says what is drawn, three quarters of them moved. Loss: mean square + 10
perceptual distances.
Adam at 1e-3; a tenth of it after 60 % of the time and a hundredth after 85 %. Run again to go on from DIR/encoder.pt.
May start before the generator is done: newer weights in DIR/generator.pt are taken up every 100 seconds.
"""
import argparse
import os
import time

import torch

from dataset import SEED, drawings
from faces import sample
from faces.style import LIFT, STEP, Style
from files import save
from nets.encoder import encoder
from nets.perceptual import Perceptual
from nets.stylegan2 import NUM_WS, W_DIM, Generator
from replay import adam, load, replayed, set_rate


def load_generator(work):
    g = Generator()
    g.load_state_dict(torch.load(os.path.join(work, "generator.pt"), map_location="cpu", weights_only=False)["g_ema"])
    return g.requires_grad_(False).eval()


def load_perceptual(work):
    net = Perceptual()
    net.load_state_dict(torch.load(os.path.join(work, "perceptual.pt"))["net"])
    return net.requires_grad_(False)


def codes(g, count, generator=None):
    """w on all rows, truncated by 0.7 on rows 0-7."""
    z = torch.randn(count, W_DIM, generator=generator, device=generator.device if generator else g.mapping.w_avg.device)
    w = g.mapping(z.to(g.mapping.w_avg.device))
    ws = w[:, None].repeat(1, NUM_WS, 1)
    ws[:, :8] = g.mapping.w_avg.lerp(ws[:, :8], 0.7)
    return ws


def some_moves(count, device, generator=None):
    """Moves of the base code (B,4), the first quarter upright: E sees its whole extended domain (Kang et al. 2021, Eq. 1)."""
    u = torch.rand(count, 4, generator=generator, device=generator.device if generator else device).to(device) * 2 - 1
    u[: count // 4] = 0
    return torch.stack([0.3 * u[:, 0], 0.3 * u[:, 1], 0.6 * u[:, 2], 2 ** (0.45 * u[:, 3])], 1)


def bytes_and_back(x):
    """What is left of a picture after it has been a file."""
    return ((x + 1) * 127.5 + 0.5).clamp(0, 255).floor() / 127.5 - 1


class Drawings:
    """Pictures (B,3,64,64) of drawings and ws (B,10,128) of what they show; the last KEPT of each file are for validation."""
    KEPT = 512

    def __init__(self, upright, moved, device):
        style = Style()
        self.parts = [(data.to(device), style(sample(SEED, "train", range(len(data)))).to(device))
                      for data in (drawings(path) for path in (upright, moved))]
        self.device = device

    def draw(self, count):
        """The first quarter upright."""
        counts = (count // 4, count - count // 4)
        rows = [torch.randint(len(data) - self.KEPT, (n,), device=self.device) for (data, _), n in zip(self.parts, counts)]
        one, other = (self.at(k, r) for k, r in enumerate(rows))
        return tuple(torch.cat(pair) for pair in zip(one, other))

    def kept(self, move):
        """All that are for validation."""
        data, _ = self.parts[move]
        return self.at(move, slice(len(data) - self.KEPT, len(data)))

    def at(self, part, rows):
        data, features = self.parts[part]
        pictures = data[rows].permute(0, 3, 1, 2).float() / 127.5 - 1
        return pictures, (STEP * (features[rows] + LIFT))[:, None].repeat(1, NUM_WS, 1)


class Trainer:
    def __init__(self, o):
        torch.manual_seed(11)
        torch.set_num_threads(o.threads)
        self.o, self.device = o, torch.device(o.device)
        self.g, self.net, self.e = (m.to(self.device) for m in (load_generator(o.work), load_perceptual(o.work), encoder()))
        for m in (self.g.synthesis, self.net, self.e):
            m.to(memory_format=torch.channels_last)
        self.drawings = Drawings(*o.drawings, self.device) if o.drawings else None
        self.opt = adam(self.e.parameters(), o.lr, (0.9, 0.999), self.device)
        self.path, self.steps = os.path.join(o.work, "encoder.pt"), 0
        if os.path.exists(self.path):
            s = torch.load(self.path, map_location=self.device, weights_only=False)
            self.e.load_state_dict(s["e"])
            load(self.opt, s["opt"])
            self.steps = s["steps"]
        self.fast_picture, self.fast_losses = self.compiled(self.picture), self.compiled(self.losses)

    def compiled(self, f):
        return torch.compile(f, dynamic=False) if self.o.compile else f

    def checkpoint(self):
        save({"e": self.e.state_dict(), "opt": self.opt.state_dict(), "steps": self.steps}, self.path)

    def picture(self, ws, moves):
        return self.g.synthesis(ws, moves=moves)

    def losses(self, seen, image, ws):
        x = self.g.synthesis.from_base_code(self.e.model(seen), ws)
        far = self.net.distance(x.contiguous(memory_format=torch.channels_last), seen)
        return (x - image).square().mean(), far.mean()

    def step(self):
        """One step; its mean square and perceptual distance."""
        own = self.o.batch // 2 if self.drawings else self.o.batch
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.o.bf16):
            with torch.no_grad():
                ws, moves = codes(self.g, own), some_moves(own, self.device)
                image = self.fast_picture(ws, moves)
                if self.drawings:
                    drawn, drawn_ws = self.drawings.draw(self.o.batch - own)
                    image, ws = torch.cat([image, drawn]), torch.cat([ws, drawn_ws])
                seen = bytes_and_back(image).contiguous(memory_format=torch.channels_last)
            mse, far = self.fast_losses(seen, image, ws)
        self.opt.zero_grad(set_to_none=True)
        (mse + 10 * far).backward()
        self.opt.step()
        return torch.stack([mse, far]).detach()

    def run(self):
        o = self.o
        source = os.path.join(o.work, "generator.pt")
        total, known = 60 * o.minutes, os.path.getmtime(source)
        step = replayed(self.step) if o.replay else self.step
        began = saved = time.time()
        first, mean = self.steps, None
        while (part := (time.time() - began) / total) < 1:
            set_rate(self.opt, o.lr * (1 if part < 0.60 else 0.1 if part < 0.85 else 0.01))
            now = step()
            mean = now.clone() if mean is None else mean.lerp(now, 0.02)
            self.steps += 1
            if self.steps % o.log_every == 0:
                rate = (self.steps - first) * o.batch / (time.time() - began)
                print(f"step {self.steps}  {rate:.1f} pictures/s  mse {mean[0]:.5f}  perceptual {mean[1]:.4f}", flush=True)
            if time.time() - saved > 100:
                self.checkpoint()
                saved = time.time()
                if os.path.getmtime(source) != known:     # a generator still in training: keep up with it
                    known = os.path.getmtime(source)
                    self.g.load_state_dict(load_generator(o.work).state_dict())
                    print("newer generator", flush=True)
        self.checkpoint()
        for move in (False, True):
            validate(self.g, self.net, self.e, move)
            if self.drawings:
                validate(self.g, self.net, self.e, move, self.drawings)


def new_samples(g, move):
    rng = torch.Generator().manual_seed(99)
    for _ in range(8):
        ws = codes(g, 32, rng)
        yield g.synthesis(ws, moves=some_moves(32, ws.device, rng) if move else None), ws


@torch.no_grad()
def validate(g, net, e, move=False, drawings=None):
    """Means over 256 new pictures of the generator, or over drawings kept for it, in fp32, batch norm in its final form; `move`: of
    moved base codes, or moved drawings."""
    e.eval()
    rows = []
    pairs = zip(*(t.split(32) for t in drawings.kept(move))) if drawings else new_samples(g, move)
    for image, ws in pairs:
        x = g.synthesis.from_base_code(e.model(bytes_and_back(image)), ws)
        a, b = (bytes_and_back(t) for t in (x, image))
        psnr = 10 * torch.log10(4 / (a - b).square().mean((1, 2, 3)))
        rows.append(torch.stack([(x - image).square().mean((1, 2, 3)), net.distance(x, image), psnr]).mean(1))
    mse, far, psnr = torch.stack(rows).mean(0).tolist()
    print(f"{'moved' if move else 'upright'} {'drawings' if drawings else 'samples'}: mse {mse:.5f}  perceptual {far:.4f}  PSNR {psnr:.2f} dB", flush=True)
    return mse, far, psnr


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float, required=True, help="length of this run; its learning-rate schedule is fitted to it")
    p.add_argument("--drawings", nargs=2, metavar=("UPRIGHT", "MOVED"), help="files of dataset.py")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--no-compile", dest="compile", action="store_false")
    p.add_argument("--no-bf16", dest="bf16", action="store_false")
    p.add_argument("--log-every", type=int, default=50)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    p.add_argument("--replay", action="store_true", help="record the step as a CUDA graph")
    Trainer(p.parse_args()).run()
