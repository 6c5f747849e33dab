"""Train the scorer that says how far an edit moved its attribute, and the others: on drawings upright, moved, turned and scaled.

    python train_scorer.py --upright faces64.npy --moved moved64.npy moved64b.npy --minutes 12 --out ../../evaluation

Its weights are in no loss: neither the generator nor an inversion ever sees it. Writes DIR/scorer.safetensors, fp16.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
from safetensors.torch import save_file

from dataset import SEED, moved
from faces import NAMES, sample
from nets.scorer import Scorer

POSE = ("shift_x", "shift_y", "turn_cos", "turn_sin", "log_scale")
RELIABLE = 0.6   # least share explained on moved drawings, of an attribute that drift is measured in
KEPT = 1000      # drawings of each kind for testing
IMPORTANT = ("smile", "age", "masculine", "skin", "hair_tone", "beard", "glasses", "makeup", "light_x", "brow_thick", "eye_open", "back_tone")


def targets(indices, move):
    a = sample(SEED, "train", indices)
    t = moved(indices) if move else torch.tensor([[0.0, 0, 0, 1]]).repeat(len(indices), 1)
    return torch.cat([torch.stack([a[n] for n in NAMES], 1), t[:, :2], t[:, 2:3].cos(), t[:, 2:3].sin(), t[:, 3:].log()], 1)


def main(o):
    torch.manual_seed(41)
    torch.set_num_threads(o.threads)
    upright = np.load(o.upright, mmap_mode="r")
    parts = [np.load(p, mmap_mode="r") for p in o.moved]
    everything = np.concatenate(parts)
    data = [everything, upright]
    y = [targets(range(len(everything)), True), targets(range(len(upright)), False)]
    mean, sd = y[0].mean(0), y[0].std(0)
    y = [(t - mean) / sd for t in y]
    kept = [len(t) - KEPT for t in y]
    weight = torch.tensor([2.0 if n in IMPORTANT else 0.5 for n in NAMES] + [1.0] * len(POSE))
    net = Scorer(len(NAMES) + len(POSE)).to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW(net.parameters(), lr=o.lr, weight_decay=2e-2, fused=True)
    rng = np.random.default_rng(41)

    def pictures(k, rows):
        return (torch.from_numpy(data[k][rows]).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)

    def predict(x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return net(x)

    began, i, running = time.time(), 0, None
    while (part := (time.time() - began) / 60 / o.minutes) < 1:
        opt.param_groups[0]["lr"] = o.lr * min(1, i / 200 + 0.01) * (0.5 + 0.5 * np.cos(np.pi * part))
        rows = [np.sort(rng.integers(0, n, m)) for n, m in zip(kept, (o.batch * 3 // 4, o.batch // 4))]
        x = torch.cat([pictures(k, r) for k, r in enumerate(rows)])
        want = torch.cat([t[r] for t, r in zip(y, rows)])
        loss = ((predict(x) - want).square() * weight).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        i += 1
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if i % 100 == 0:
            print(f"step {i}  {i * o.batch / (time.time() - began):.0f} pictures/s  loss {running:.4f}", flush=True)

    tensors = {k: v.detach().half().contiguous() for k, v in net.state_dict().items()}
    net.load_state_dict({k: v.float() for k, v in tensors.items()})       # judged as stored
    explained = []
    with torch.no_grad():
        for k in range(2):
            rows = np.arange(kept[k], kept[k] + KEPT)
            off = (net(pictures(k, rows)) - y[k][rows]).square().mean(0)
            explained.append((1 - off / y[k][rows].var(0).clamp(min=1e-6)).tolist())
    names = list(NAMES) + list(POSE)
    reliable = [n for n, r in zip(names, explained[0]) if r > RELIABLE]
    for n, m, u in zip(names, *explained):
        print(f"{n:14} moved {m:6.3f}  upright {u:6.3f}" if n in NAMES else f"{n:14} moved {m:6.3f}")
    print("reliable:", ", ".join(reliable), " pictures seen", i * o.batch)
    path = os.path.join(o.out, "scorer.safetensors")
    save_file(tensors, path, {
        "format": "fwplus-scorer-1", "names": json.dumps(names), "reliable": json.dumps(reliable),
        "mean": json.dumps(mean.tolist()), "deviation": json.dumps(sd.tolist()),
        "explained_moved": json.dumps(dict(zip(names, explained[0]))), "explained_upright": json.dumps(dict(zip(NAMES, explained[1]))),
    })
    os.chmod(path, 0o644)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--upright", required=True)
    p.add_argument("--moved", required=True, nargs="+", help="in the order of their indices")
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, default=12)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
