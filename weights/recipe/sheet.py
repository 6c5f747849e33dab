"""Contact sheets of pictures."""
import numpy as np
from PIL import Image


def to_bytes(x):
    """(B,3,H,W) in [-1,1] -> (B,H,W,3) uint8, rounded."""
    x = (x.detach().float() * 127.5 + 128).clamp(0, 255).to("cpu")
    return x.permute(0, 2, 3, 1).numpy().astype(np.uint8)


def sheet(x, columns, zoom=1, gap=2):
    """Pictures in rows of `columns`, each `zoom` times as large, as a PIL image."""
    b = to_bytes(x)
    rows = -(-len(b) // columns)
    h, w = b.shape[1] * zoom, b.shape[2] * zoom
    out = Image.new("RGB", (columns * (w + gap) + gap, rows * (h + gap) + gap), (255, 255, 255))
    for i, picture in enumerate(b):
        tile = Image.fromarray(picture).resize((w, h), Image.BICUBIC if zoom > 1 else Image.NEAREST)
        out.paste(tile, (gap + i % columns * (w + gap), gap + i // columns * (h + gap)))
    return out
