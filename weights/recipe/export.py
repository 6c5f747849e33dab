"""Write the networks as safetensors, the manifest, the sample sheet, and the figures that say how good they are.

    python export.py --work DIR --data faces64.npy --out ..
"""
import argparse
import copy
import hashlib
import json
import os

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import directions
from dataset import SEED
from faces import draw, sample
from frechet import features, frechet
from nets.encoder import encoder
from nets.stylegan2 import CHANNELS, NUM_WS, RESOLUTION, W_DIM, Generator
from pnorm import statistics
from sheet import sheet
from train_encoder import load_perceptual, validate

MODEL, BASE = "fwplus-drawn-faces-64", 8
ORIGIN = "trained by weights/recipe on its own drawings"


def half(tensors):
    return {k: v.detach().to(torch.float16).contiguous() for k, v in tensors.items()}


def entry(path, origin):
    """What the manifest says of one file."""
    raw = open(path, "rb").read()
    tensors = load_file(path)
    kinds = {"torch.float16": "F16", "torch.float32": "F32"}
    return {
        "name": os.path.basename(path), "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest(),
        "dtype": kinds[str(next(iter(tensors.values())).dtype)], "origin": origin, "licence": "MIT",
        "tensors": {k: {"shape": list(v.shape), "dtype": kinds[str(v.dtype)]} for k, v in sorted(tensors.items())},
    }


@torch.no_grad()
def rounding(make, exact, rounded):
    """Largest absolute difference of pictures (range 2) between fp32 weights and weights rounded to fp16."""
    other = copy.deepcopy(make)
    missing = other.load_state_dict({k: v.float() for k, v in rounded.items()}, strict=False).missing_keys
    assert all(k.endswith("num_batches_tracked") for k in missing), missing
    z = torch.randn(64, W_DIM, generator=torch.Generator().manual_seed(31))
    return (exact(make, z) - exact(other, z)).abs().max().item()


def mixed(samples, drawings, path):
    """A grid of both in random order, unlabelled; returns the places of the drawings, counted from 1 in reading order."""
    order = np.random.default_rng(77).permutation(len(samples) + len(drawings))
    sheet(torch.cat([samples, drawings])[order], 12, zoom=1, gap=2).save(path, optimize=True)
    return [int(at) + 1 for at in np.flatnonzero(order >= len(samples))]


@torch.no_grad()
def main(o):
    torch.set_num_threads(o.threads)
    os.makedirs(o.out, exist_ok=True)
    state = torch.load(os.path.join(o.work, "generator.pt"), weights_only=False)
    g = Generator()
    g.load_state_dict(state["g_ema"])
    g.eval()
    net = load_perceptual(o.work)
    report = {"generator_images": state["images"]}

    path = lambda name: os.path.join(o.out, name)
    tensors = half(dict(g.state_dict()))
    report["generator_rounding"] = rounding(g, lambda m, z: m(z), tensors)
    save_file(tensors, path("generator.safetensors"))
    g.load_state_dict({k: v.float() for k, v in tensors.items()})   # all that follows is of the weights as stored
    mean, values, vectors = statistics(g.mapping, o.jitter)
    save_file(half(net.export()), path("perceptual.safetensors"))
    save_file({"mean_latent": torch.tensor(mean).float(), "eigen_values": torch.tensor(values).float(),
               "eigen_vectors": torch.tensor(np.ascontiguousarray(vectors)).float()}, path("pnorm.safetensors"))
    directions.save(path("directions.safetensors"))
    report["eigen_values"] = [values[0], values[-1]]

    encoder_path = os.path.join(o.work, "encoder.pt")
    if os.path.exists(encoder_path):
        e = encoder()
        s = torch.load(encoder_path, map_location="cpu", weights_only=False)
        e.load_state_dict(s["e"])
        e.eval()
        tensors = half({k: v for k, v in e.state_dict().items() if "num_batches" not in k})
        save_file(tensors, path("encoder.safetensors"))
        report["encoder_steps"] = s["steps"]
        ws = g.mapping(torch.randn(64, W_DIM, generator=torch.Generator().manual_seed(31)))[:, None].repeat(1, NUM_WS, 1)
        picture = g.synthesis(ws)
        report["encoder_rounding"] = rounding(e, lambda m, z: g.synthesis.from_base_code(m.model(picture), ws), tensors)
        for name, move in (("upright", False), ("moved", True)):
            report[f"encoder_{name}"] = dict(zip(("mse", "perceptual", "psnr"), validate(g, net, e, move)))

    # how good: samples against drawings, beside drawings against drawings
    data = np.load(o.data, mmap_mode="r")
    real = torch.from_numpy(data[:2 * o.count].copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
    rng = torch.Generator().manual_seed(17)
    fake = torch.cat([g(torch.randn(64, W_DIM, generator=rng)) for _ in range(o.count // 64)]).clamp(-1, 1)
    f_fake, f_real = features(net, fake), features(net, real)
    one, two = f_real[:len(f_fake)], f_real[o.count:o.count + len(f_fake)]
    report["frechet"] = {"samples": frechet(f_fake, one), "drawings": frechet(two, one), "count": len(f_fake)}
    drawn = draw(sample(SEED, "held-out", range(100, 136)), RESOLUTION)
    report["drawings_in_samples"] = mixed(fake[:36], drawn, path("samples.png"))

    for name in os.listdir(o.out):
        if name.endswith(".safetensors"):
            os.chmod(path(name), 0o644)
    names = [n for n in ("generator", "encoder", "perceptual", "pnorm", "directions") if os.path.exists(path(n + ".safetensors"))]
    manifest = {
        "model": MODEL, "version": o.version, "licence": "MIT", "knows": "drawn faces only",
        "architecture": "stylegan2", "resolution": RESOLUTION, "channels": {str(r): c for r, c in CHANNELS.items()}, "rgb_range": [-1, 1],
        "z_dim": W_DIM, "w_dim": W_DIM, "mapping_layers": 8, "num_ws": NUM_WS, "conv_clamp": None,
        "base_code": {"size": BASE, "channels": CHANNELS[BASE], "first_row": 2}, "encoder_input": 8 * BASE,
        "trained_images": state["images"], "truncation_mean": "generator.safetensors: mapping.w_avg",
        "files": [entry(path(n + ".safetensors"), ORIGIN) for n in names],
    }
    with open(path("manifest.json"), "w") as f:
        json.dump(manifest, f, indent=1)
        f.write("\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--version", default="1.0.0")
    p.add_argument("--count", type=int, default=8192, help="pictures on each side of a Frechet distance")
    p.add_argument("--jitter", type=float, default=0.08, help="what the last paired stage was trained with")
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
