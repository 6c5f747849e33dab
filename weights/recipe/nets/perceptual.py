"""The perceptual network: VGG16's layout, narrow, and the distance between feature maps it gives."""
import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTHS = (16, 32, 64, 128, 128)
STAGES = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)


class Perceptual(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.ModuleDict()
        n_in = 3
        for width, stage in zip(WIDTHS, STAGES):
            for i in stage:
                conv = nn.Conv2d(n_in, width, 3, padding=1)
                nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
                nn.init.zeros_(conv.bias)
                self.features[str(i)] = conv
                n_in = width
        self.register_buffer("shift", torch.tensor(SHIFT)[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor(SCALE)[:, None, None], persistent=False)
        self.lins = nn.ParameterList(torch.ones(1, n, 1, 1) for n in WIDTHS).requires_grad_(False)

    def forward(self, x):
        """x (B,3,H,W) in [-1,1] -> the five feature maps, after the ReLU that ends each stage."""
        x = (x - self.shift) / self.scale
        taps = []
        for k, stage in enumerate(STAGES):
            if k:
                x = F.max_pool2d(x, 2)
            for i in stage:
                x = F.relu(self.features[str(i)](x))
            taps.append(x)
        return taps

    def pooled(self, x):
        """Means over each of the last three maps: 320 numbers per picture, for Frechet distances."""
        return torch.cat([t.float().mean((2, 3)) for t in self(x)[2:]], 1)

    def terms(self, a, b):
        """Per picture and tap (B,5): weighted squared distance of unit feature vectors, mean over places."""
        out = []
        for x, y, lin in zip(self(a), self(b), self.lins):
            x, y = unit(x.float()), unit(y.float())
            out.append(((x - y).square() * lin).sum(1).mean((1, 2)))
        return torch.stack(out, 1)

    def distance(self, a, b):
        return self.terms(a, b).sum(1)

    def export(self):
        tensors = {f"features.{i}.{n}": p for i, c in self.features.items() for n, p in c.named_parameters()}
        tensors.update({f"lin{k}.model.1.weight": p for k, p in enumerate(self.lins)})
        return tensors

    def load_export(self, tensors):
        for k, lin in enumerate(self.lins):
            lin.data.copy_(tensors[f"lin{k}.model.1.weight"])
        self.load_state_dict({k: v for k, v in tensors.items() if k.startswith("features.")}, strict=False)


def unit(x):
    return x / (x.square().sum(1, keepdim=True) + 1e-20).sqrt().add(1e-10)
