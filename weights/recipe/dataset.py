"""Draw the training set once: N upright 64x64 pictures as bytes in one .npy file.

    python dataset.py --out faces64.npy --count 34816

The drawer is compiled first (a minute), which makes it several times faster; --no-compile draws the same to 1e-5.
"""
import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

from faces import draw, sample, upright
from sheet import to_bytes

SEED = 1
CHUNK = 16


def moved(indices):
    """Random shifts, turns and scales (B,4), a pure function of the index, for the perceptual network."""
    u = np.stack([np.random.Generator(np.random.Philox(key=np.array([SEED + 1000, i], dtype=np.uint64))).random(4) for i in indices])
    t = np.stack([0.6 * u[:, 0] - 0.3, 0.6 * u[:, 1] - 0.3, 1.4 * u[:, 2] - 0.7, 0.65 * 2 ** (1.0 * u[:, 3])], 1)
    return torch.from_numpy(t.astype(np.float32))


def drawings(path):
    """Bytes (N,size,size,3) of a file made here, read as they are needed."""
    return torch.from_numpy(np.load(path, mmap_mode="c"))


def _painted(paint, faces, size, move, device="cpu"):
    """Bytes (N,size,size,3) of training faces."""
    where = moved(faces) if move else upright(len(faces))
    attributes = {name: value.to(device) for name, value in sample(SEED, "train", faces).items()}
    return to_bytes(paint(attributes, size, where.to(device)))


def _part(job):
    path, size, first, start, stop, compiled, move = job
    torch.set_num_threads(1)
    paint = torch.compile(draw, dynamic=False) if compiled else draw
    out = np.load(path, mmap_mode="r+")
    for i in range(start, stop, CHUNK):
        j = i + CHUNK
        out[i:j] = _painted(paint, range(first + i, first + j), size, move)[:stop - i]
    return stop - start


def build(path, count, size=64, workers=2, compiled=True, move=False, first=0):
    partial = path + ".partial.npy"
    np.lib.format.open_memmap(partial, "w+", np.uint8, (count, size, size, 3)).flush()
    step = 512
    jobs = [(partial, size, first, s, min(s + step, count), compiled, move) for s in range(0, count, step)]
    began, done = time.time(), 0
    with ProcessPoolExecutor(workers) as pool:
        for n in pool.map(_part, jobs):
            done += n
            print(f"{done}/{count}  {done / (time.time() - began):.0f} pictures/s", flush=True)
    os.replace(partial, path)


def build_on_gpu(path, count, size=64, move=False, first=0, chunk=512):
    """The same by one process, uncompiled; rounding may differ in the last bit."""
    out, began = np.empty((count, size, size, 3), np.uint8), time.time()
    for i in range(0, count, chunk):
        j = min(i + chunk, count)
        out[i:j] = _painted(draw, range(first + i, first + j), size, move, "cuda")
    np.save(path, out)
    print(f"{count} pictures, {count / (time.time() - began):.0f} a second", flush=True)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", required=True)
    p.add_argument("--count", type=int, default=34816)
    p.add_argument("--first", type=int, default=0, help="the first face's index")
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--move", action="store_true", help="shift, turn and scale the faces at random")
    p.add_argument("--no-compile", dest="compiled", action="store_false")
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    o = p.parse_args()
    if o.device == "cuda":
        build_on_gpu(o.out, o.count, o.size, o.move, o.first)
    else:
        build(o.out, o.count, o.size, o.workers, o.compiled, o.move, o.first)
