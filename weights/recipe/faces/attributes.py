"""What a face is made of. Face i of a split is a pure function of (seed, split, i)."""
import numpy as np
import torch
from scipy.special import ndtri

SPLITS = {"train": 0, "held-out": 1}
DRAWS = 128  # uniform numbers per face; attribute k always reads the same column, the later ones are spare

NAMES = (
    "yaw", "smile", "age", "masculine", "skin", "undertone", "freckles",
    "hair_tone", "hair_length", "hair_volume", "hair_wave", "fringe", "parting", "bald", "hair_phase",
    "brow_thick", "brow_lift", "brow_tilt", "eye_size", "eye_space", "eye_open", "eye_slant", "iris", "gaze_x", "gaze_y",
    "nose_length", "nose_width", "mouth_width", "lips", "makeup",
    "face_width", "jaw", "chin", "ears", "beard", "moustache",
    "glasses", "glasses_round", "glasses_tone",
    "light_x", "light_y", "light_power", "back_hue", "back_tone", "back_turn",
    "cloth_hue", "cloth_tone", "neckline",
)


def _uniforms(seed, split, indices):
    """(len(indices), DRAWS) numbers in (0, 1): one counter-based stream per face."""
    out = np.empty((len(indices), DRAWS))
    for row, index in enumerate(indices):
        key = np.array([seed * 2 + SPLITS[split], index], dtype=np.uint64)
        out[row] = np.random.Generator(np.random.Philox(key=key)).random(DRAWS)
    return np.clip(out, 1e-9, 1 - 1e-9)


def latents(seed, split, indices):
    """The same numbers as standard normals (B, DRAWS): a face's own point in the generator's latent space."""
    return torch.from_numpy(ndtri(_uniforms(seed, split, list(indices))).astype(np.float32))


def _smooth(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def sample(seed, split, indices):
    """Attributes of the faces `indices` of `split`: a dict of float32 tensors of length len(indices).

    Most run over [0, 1] or [-1, 1]; yaw is in radians; glasses and bald are 0 or 1.
    """
    return attributes(_uniforms(seed, split, list(indices)))


def attributes(uniforms, cyclic={}):
    """Attributes of the faces with these numbers (B, DRAWS); `cyclic` gives the numbers of attributes on a circle instead."""
    u = iter(uniforms.T)

    def normal(mean, sd, low, high):
        return np.clip(mean + sd * ndtri(next(u)), low, high)

    def between(low, high):
        return low + (high - low) * next(u)

    def on_circle(name):
        own = next(u)
        return cyclic.get(name, own)

    a = {}
    a["yaw"] = normal(0, 0.20, -0.45, 0.45)
    a["smile"] = normal(0.35, 0.45, -0.7, 1.0)
    a["age"] = age = next(u) ** 1.15
    masculine = next(u)
    a["masculine"] = m = _smooth(masculine, 0.35, 0.65)
    a["skin"] = next(u)
    a["undertone"] = between(-1, 1)
    a["freckles"] = _smooth(next(u), 0.80, 1.0) * (a["skin"] < 0.4)

    greying = _smooth(age + 0.25 * (next(u) - 0.5), 0.62, 0.95)
    tone = 0.78 * next(u) * (1 - 0.75 * _smooth(a["skin"], 0.25, 0.9))         # 0 black .. 0.78 blond
    a["hair_tone"] = tone + (1 - tone) * greying           # .. 1 white
    a["hair_length"] = np.clip((1 - m) * (0.15 + 0.95 * next(u)) + m * 0.22 * next(u), 0, 1)
    a["hair_volume"] = between(0.0, 1.0)
    a["hair_wave"] = _smooth(next(u), 0.3, 1.0)
    a["fringe"] = _smooth(next(u), 0.35, 0.95) * (1 - 0.5 * m)
    a["parting"] = between(-1, 1)
    a["bald"] = ((next(u) < 0.35 * _smooth(age, 0.4, 0.8)) & (m > 0.8)).astype(float)
    a["hair_phase"] = 2 * np.pi * on_circle("hair_phase")

    a["brow_thick"] = np.clip(0.25 + 0.45 * m + between(-0.25, 0.3), 0, 1)
    a["brow_lift"] = between(-1, 1)
    a["brow_tilt"] = between(-1, 1)
    a["eye_size"] = np.clip(between(0, 1) * 0.7 + 0.3 * (1 - age), 0, 1)
    a["eye_space"] = between(-1, 1)
    a["eye_open"] = between(0.72, 1.0) - 0.14 * np.clip(a["smile"], 0, 1)
    a["eye_slant"] = between(-1, 1)
    a["iris"] = next(u) * (1 - 0.75 * _smooth(a["skin"], 0.3, 0.75))
    a["gaze_x"] = normal(0, 0.38, -1, 1)
    a["gaze_y"] = normal(0, 0.25, -0.7, 0.7)

    a["nose_length"] = np.clip(between(-1, 1) + 0.4 * (age - 0.5), -1, 1)
    a["nose_width"] = np.clip(between(-1, 1) + 0.3 * m, -1, 1)
    a["mouth_width"] = between(-1, 1)
    a["lips"] = np.clip(between(0.1, 1) - 0.25 * m - 0.25 * age, 0, 1)
    a["makeup"] = _smooth(next(u), 0.35, 1.0) * (1 - m) * _smooth(age, 0.12, 0.25)

    a["face_width"] = between(-1, 1)
    a["jaw"] = np.clip(0.75 * m + between(-0.1, 0.35), 0, 1)
    a["chin"] = np.clip(between(-0.6, 0.6) + 0.9 * (_smooth(age, 0.0, 0.35) - 0.6) + 0.15 * m, -1, 1)
    a["ears"] = between(0, 1)
    hairy = next(u)
    grown = _smooth(age, 0.15, 0.25) * (m > 0.8)
    a["beard"] = _smooth(hairy, 0.58, 0.92) * grown
    a["moustache"] = np.clip(a["beard"] * 1.2 + 0.9 * (next(u) < 0.08), 0, 1) * grown

    a["glasses"] = (next(u) < 0.16 + 0.22 * age).astype(float)
    a["glasses_round"] = next(u)
    a["glasses_tone"] = next(u)

    a["light_x"] = between(-1, 1)
    a["light_y"] = between(0.1, 1)
    a["light_power"] = between(0.35, 1)
    a["back_hue"] = on_circle("back_hue")
    a["back_tone"] = next(u)
    a["back_turn"] = 2 * np.pi * on_circle("back_turn") - np.pi
    a["cloth_hue"] = on_circle("cloth_hue")
    a["cloth_tone"] = next(u)
    a["neckline"] = next(u)
    return {name: torch.from_numpy(np.asarray(a[name], dtype=np.float32)) for name in NAMES}
