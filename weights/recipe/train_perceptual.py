"""Train the perceptual network to tell what was drawn, and how it was moved, from the picture; then scale its distance.

    python train_perceptual.py --upright faces64.npy --moved moved64.npy --work DIR --minutes 10
"""
import argparse
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from dataset import SEED, moved
from faces import NAMES, sample
from files import save
from nets.perceptual import WIDTHS, Perceptual

TYPICAL = 0.6  # mean distance of two random upright drawings


def targets(count, move):
    """Attributes beside the move (shift, turn as cosine and sine, log scale): (count, 53)."""
    a = sample(SEED, "train", range(count))
    t = moved(range(count)) if move else torch.tensor([[0.0, 0, 0, 1]]).repeat(count, 1)
    where = torch.stack([t[:, 0], t[:, 1], t[:, 2].cos(), t[:, 2].sin(), t[:, 3].log()], 1)
    back = a["back_hue"] * 6.2832
    return torch.cat([torch.stack([a[n] for n in NAMES], 1), where, back.cos()[:, None], back.sin()[:, None]], 1)


def calibrate(net, pictures):
    """Uniform weights per tap: five equal shares of TYPICAL between random pairs."""
    with torch.no_grad():
        a, b = pictures[: len(pictures) // 2], pictures[len(pictures) // 2:]
        for lin in net.lins:
            lin.fill_(1)
        mean = torch.cat([net.terms(x, y) for x, y in zip(a.split(64), b.split(64))]).mean(0)
        for lin, m in zip(net.lins, mean):
            lin.fill_(TYPICAL / len(WIDTHS) / m.item())


def main(o):
    torch.manual_seed(5)
    torch.set_num_threads(o.threads)
    data = [np.load(o.moved, mmap_mode="r"), np.load(o.upright, mmap_mode="r")]
    y = [targets(len(data[0]), True), targets(len(data[1]), False)]
    mean, sd = torch.cat(y).mean(0), torch.cat(y).std(0) + 1e-3
    y = [(t - mean) / sd for t in y]
    net = Perceptual()
    head = nn.Sequential(nn.Flatten(), nn.Linear(WIDTHS[-1] * 16, 256), nn.ReLU(), nn.Linear(256, y[0].shape[1]))
    side = nn.Linear(sum(WIDTHS), y[0].shape[1])          # keeps the shallow taps useful
    parts = nn.ModuleList([net, head, side]).to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW([p for p in parts.parameters() if p.requires_grad], lr=o.lr, weight_decay=1e-4)
    rng = np.random.default_rng(5)
    began, i, running = time.time(), 0, None
    kept = [len(t) - 1000 for t in y]                     # the last thousand of each are for testing

    def pictures(k, rows):
        return (torch.from_numpy(data[k][rows]).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)

    def predict(x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            taps = net(x)
            deep = head(taps[-1].contiguous())
        return deep.float(), side(torch.cat([t.float().mean((2, 3)) for t in taps], 1))

    while True:
        spent = (time.time() - began) / 60 / o.minutes
        if spent >= 1:
            break
        opt.param_groups[0]["lr"] = o.lr * min(1, i / 200 + 0.01) * (0.5 + 0.5 * np.cos(np.pi * spent))
        rows = [np.sort(rng.integers(0, n, o.batch // 2)) for n in kept]
        x = torch.cat([pictures(k, r) for k, r in enumerate(rows)])
        want = torch.cat([t[r] for t, r in zip(y, rows)])
        deep, shallow = predict(x)
        loss = F.mse_loss(deep, want) + 0.3 * F.mse_loss(shallow, want)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parts.parameters(), 1.0)
        opt.step()
        i += 1
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if i % 100 == 0:
            print(f"step {i}  {i * o.batch / (time.time() - began):.0f} pictures/s  loss {running:.4f}", flush=True)

    with torch.no_grad():
        for k, name in enumerate(("moved", "upright")):
            rows = np.arange(kept[k], kept[k] + 1000)
            error = (predict(pictures(k, rows))[0] - y[k][rows]).square().mean(0)
            print(name, "unexplained share:", {n: round(e.item(), 3) for n, e in zip((*NAMES, "dx", "dy", "cos", "sin", "log scale"), error)})
        calibrate(net, pictures(1, np.arange(1024)))
    save({"net": net.state_dict(), "steps": i, "batch": o.batch}, os.path.join(o.work, "perceptual.pt"))
    print("lins", [round(lin.mean().item(), 4) for lin in net.lins], "images seen", i * o.batch)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--upright", required=True)
    p.add_argument("--moved", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float, default=10)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=1.5e-3)
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
