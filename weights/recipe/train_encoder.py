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

import numpy as np
import torch

from dataset import SEED
from faces import sample, upright
from faces.style import LIFT, STEP, Style
from files import save
from nets.encoder import encoder
from nets.perceptual import Perceptual
from nets.stylegan2 import NUM_WS, W_DIM, Generator


def load_generator(work):
    g = Generator()
    g.load_state_dict(torch.load(os.path.join(work, "generator.pt"), weights_only=False)["g_ema"])
    return g.requires_grad_(False).eval()


def load_perceptual(work):
    net = Perceptual()
    net.load_state_dict(torch.load(os.path.join(work, "perceptual.pt"))["net"])
    return net.requires_grad_(False)


def codes(g, count, generator=None):
    """w on all rows, truncated by 0.7 on rows 0-7."""
    w = g.mapping(torch.randn(count, W_DIM, generator=generator))
    ws = w[:, None].repeat(1, NUM_WS, 1)
    ws[:, :8] = g.mapping.w_avg.lerp(ws[:, :8], 0.7)
    return ws


def some_moves(count, generator=None):
    """Moves of the base code (B,4), the first quarter upright: E sees its whole extended domain (Kang et al. 2021, Eq. 1)."""
    u = torch.rand(count, 4, generator=generator) * 2 - 1
    moves = torch.stack([0.3 * u[:, 0], 0.3 * u[:, 1], 0.6 * u[:, 2], 2 ** (0.45 * u[:, 3])], 1)
    moves[: count // 4] = upright(count // 4)
    return moves


def bytes_and_back(x):
    """What is left of a picture after it has been a file."""
    return ((x + 1) * 127.5 + 0.5).clamp(0, 255).floor() / 127.5 - 1


class Drawings:
    """Pictures (B,3,64,64) of drawings and ws (B,10,128) of what they show; the last KEPT of each file are for validation."""
    KEPT = 512

    def __init__(self, upright, moved):
        style = Style()
        self.parts = [(data, style(sample(SEED, "train", range(len(data)))))
                      for data in (np.load(path, mmap_mode="r") for path in (upright, moved))]
        self.rng = np.random.default_rng(11)

    def draw(self, count):
        """The first quarter upright."""
        counts = (count // 4, count - count // 4)
        rows = [np.sort(self.rng.integers(0, len(data) - self.KEPT, n)) for (data, _), n in zip(self.parts, counts)]
        one, other = (self.at(k, r) for k, r in enumerate(rows))
        return tuple(torch.cat(pair) for pair in zip(one, other))

    def kept(self, move):
        """All that are for validation."""
        data, _ = self.parts[move]
        return self.at(move, np.arange(len(data) - self.KEPT, len(data)))

    def at(self, part, rows):
        data, features = self.parts[part]
        pictures = torch.from_numpy(data[rows]).permute(0, 3, 1, 2).float() / 127.5 - 1
        return pictures, (STEP * (features[rows] + LIFT))[:, None].repeat(1, NUM_WS, 1)


def main(o):
    torch.manual_seed(11)
    torch.set_num_threads(o.threads)
    g, net, e = load_generator(o.work), load_perceptual(o.work), encoder()
    for m in (g.synthesis, net, e):
        m.to(memory_format=torch.channels_last)
    drawings = Drawings(*o.drawings) if o.drawings else None
    opt = torch.optim.Adam(e.parameters(), lr=o.lr)
    path, i = os.path.join(o.work, "encoder.pt"), 0
    if os.path.exists(path):
        s = torch.load(path, weights_only=False)
        e.load_state_dict(s["e"])
        opt.load_state_dict(s["opt"])
        i = s["steps"]
    compiled = (lambda f: torch.compile(f, dynamic=False)) if o.compile else (lambda f: f)

    def picture(ws, moves):
        return g.synthesis(ws, moves=moves)

    def losses(seen, image, ws):
        x = g.synthesis.from_base_code(e.model(seen), ws)
        return (x - image).square().mean(), net.distance(x.contiguous(memory_format=torch.channels_last), seen).mean()

    picture, losses = compiled(picture), compiled(losses)
    source = os.path.join(o.work, "generator.pt")
    total, known = 60 * o.minutes, os.path.getmtime(source)
    began = saved = time.time()
    first, mean = i, None
    while time.time() - began < total:
        part = (time.time() - began) / total
        opt.param_groups[0]["lr"] = o.lr * (1 if part < 0.60 else 0.1 if part < 0.85 else 0.01)
        with torch.no_grad():
            own = o.batch // 2 if drawings else o.batch
            ws, moves = codes(g, own), some_moves(own)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=o.bf16):
            with torch.no_grad():
                image = picture(ws, moves)
                if drawings:
                    drawn, drawn_ws = drawings.draw(o.batch - own)
                    image, ws = torch.cat([image, drawn]), torch.cat([ws, drawn_ws])
                seen = bytes_and_back(image).contiguous(memory_format=torch.channels_last)
            mse, far = losses(seen, image, ws)
        opt.zero_grad(set_to_none=True)
        (mse + 10 * far).backward()
        opt.step()
        i += 1
        now = torch.stack([mse, far]).detach()
        mean = now if mean is None else mean.lerp(now, 0.02)
        if i % 50 == 0:
            print(f"step {i}  {(i - first) * o.batch / (time.time() - began):.1f} pictures/s  mse {mean[0]:.5f}  perceptual {mean[1]:.4f}", flush=True)
        if time.time() - saved > 100:
            save({"e": e.state_dict(), "opt": opt.state_dict(), "steps": i}, path)
            saved = time.time()
            if os.path.getmtime(source) != known:         # a generator still in training: keep up with it
                known = os.path.getmtime(source)
                g.load_state_dict(load_generator(o.work).state_dict())
                print("newer generator", flush=True)
    save({"e": e.state_dict(), "opt": opt.state_dict(), "steps": i}, path)
    for move in (False, True):
        validate(g, net, e, move)
        if drawings:
            validate(g, net, e, move, drawings)


def new_samples(g, move):
    rng = torch.Generator().manual_seed(99)
    for _ in range(8):
        ws = codes(g, 32, rng)
        yield g.synthesis(ws, moves=some_moves(32, rng) if move else None), ws


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
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
