"""Steps of an F/W+ inversion in PyTorch, written plainly: the published sizes with random weights.

    python bench/peers/pytorch_step.py [--size 1024] [--base 16] [--steps 3] [--threads N] [--device cpu] [--tf32] [--cudnn-benchmark] [--every N]

What runs is what `node dist/bench/step.js` runs: StyleGAN2 config-F entered at f (the layers below are not made), squared error
at full size, LPIPS on VGG16 at 256 pixels with the target's features made once, the terms of f and of P-norm+, Adam on f and
on the code. The loss is read, which waits for the device, every N steps; without `--every` as often as fwplus reads it, after
about half a second. The last line is JSON: wall and processor seconds a step after the first, each the average over the
steps between two readings (`averagedOver`), and the largest resident size.
"""
import argparse
import functools
import json
import math
import resource
import time

import torch
import torch.nn.functional as F

WIDTH = 512
VGG16 = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def channels(side):
    return min(32768 // side, 512)


def random(*shape, scale=1.0):
    return scale * torch.randn(*shape)


class Layer:
    """A modulated convolution: 3x3 with demodulation, noise and leaky ReLU, or 1x1 to RGB without."""

    def __init__(self, side, row, kind):
        self.side, self.row, self.kind = side, row, kind
        below = channels(side // 2) if kind == 'up' else channels(side)
        out, size = (3, 1) if kind == 'rgb' else (channels(side), 3)
        self.weight = random(out, below, size, size)
        self.squares = self.weight.square().sum((2, 3))
        self.bias = random(out, 1, 1, scale=0.1)
        self.affine = random(below, WIDTH, scale=1 / math.sqrt(WIDTH))
        self.noise = random(side, side, scale=0.1)

    def __call__(self, x, code):
        style = code[:, self.row] @ self.affine.T + 1
        if self.kind == 'rgb':
            style = style / math.sqrt(self.weight.shape[1])
            return F.conv2d(x * style[:, :, None, None], self.weight) + self.bias
        factor = (style.square() @ self.squares.T + 1e-8).rsqrt()
        y = x * style[:, :, None, None]
        if self.kind == 'up':
            y = smooth(F.conv_transpose2d(y, self.weight.transpose(0, 1), stride=2))
        else:
            y = F.conv2d(y, self.weight, padding=1)
        y = y * factor[:, :, None, None] + self.noise + self.bias
        return F.leaky_relu(y, 0.2) * math.sqrt(2)


@functools.cache
def fir(device):
    """[4, 4], gain 4; made once, since an upload waits for the device."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], device=device) / 4
    return torch.outer(taps, taps)


def smooth(x):
    """The 4x4 filter after an up-convolution, from side 2n + 1 to 2n."""
    count = x.shape[1]
    return F.conv2d(x, fir(x.device).expand(count, 1, 4, 4), padding=1, groups=count)


def double(image):
    """Twice the side by the same filter."""
    return F.conv_transpose2d(image, fir(image.device).expand(3, 1, 4, 4), stride=2, padding=1, groups=3)


class Generator:
    def __init__(self, size, base):
        self.layers = []
        first = int(math.log2(base)) - 2
        for block in range(first, int(math.log2(size)) - 1):
            side = 4 * 2**block
            if block > first:
                self.layers.append(Layer(side, 2 * block - 1, 'up'))
            self.layers += [Layer(side, 2 * block, 'plain'), Layer(side, 2 * block + 1, 'rgb')]

    def __call__(self, f, code):
        x, image = f, None
        for layer in self.layers:
            y = layer(x, code)
            if layer.kind != 'rgb':
                x = y
            else:
                image = y if image is None else double(image) + y
        return image


class Perceptual:
    def __init__(self):
        self.stages, into = [], 3
        for widths in VGG16:
            stage = []
            for out in widths:
                stage.append((random(out, into, 3, 3, scale=math.sqrt(2 / (9 * into))), torch.zeros(out)))
                into = out
            self.stages.append(stage)
        self.lin = [torch.rand(1, widths[-1], 1, 1) for widths in VGG16]
        self.shift = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
        self.scale = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)

    def features(self, image):
        x = (image - self.shift) / self.scale
        taps = []
        for at, stage in enumerate(self.stages):
            if at > 0:
                x = F.max_pool2d(x, 2)
            for weight, bias in stage:
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
            taps.append(x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10))
        return taps

    def distance(self, image, wanted):
        parts = zip(self.features(image), wanted, self.lin)
        return sum(((a - b).square() * lin).sum(1).mean() for a, b, lin in parts)


def next_chunk(count, seconds):
    """How many steps fwplus runs before it reads again: see nextChunk in src/inversion/inverter.ts."""
    return max(1, min(64, 2 * count, int(0.5 * count / max(0.001, seconds))))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--size', type=int, default=1024)
    parser.add_argument('--base', type=int, default=16)
    parser.add_argument('--steps', type=int, default=3)
    parser.add_argument('--threads', type=int, default=0)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--tf32', action='store_true')
    parser.add_argument('--cudnn-benchmark', action='store_true')
    parser.add_argument('--every', type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32
    torch.backends.cudnn.benchmark = options.cudnn_benchmark
    torch.set_default_device(options.device)
    torch.manual_seed(1)

    size, base = options.size, options.base
    with torch.no_grad():
        generator, perceptual = Generator(size, base), Perceptual()
        target = torch.rand(1, 3, size, size) * 2 - 1
        seen = min(size, 256)
        wanted = perceptual.features(F.interpolate(target, (seen, seen), mode='area'))
        start = random(1, channels(base), base, base)
        mean, deviations, vectors = random(WIDTH), torch.rand(WIDTH) + 0.1, torch.linalg.qr(random(WIDTH, WIDTH))[0]
    f = start.clone().requires_grad_()
    code = random(1, 2 * int(math.log2(size)) - 2, WIDTH, scale=0.5).requires_grad_()
    adam = torch.optim.Adam([f, code], lr=0.01)

    def one_step():
        image = generator(f, code)
        small = image if size <= 256 else F.interpolate(image, (seen, seen), mode='bicubic')
        v = (F.leaky_relu(code, 5) - mean) @ vectors / deviations
        loss = (image - target).square().mean() + 10 * perceptual.distance(small, wanted)
        loss = loss + 10 * (f - start).square().mean() + 0.01 * v.square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss

    value = one_step().item()
    seconds, processor, counts = [], [], []
    left, chunk = options.steps, 1
    while left > 0:
        count = min(left, options.every or chunk)
        began, used = time.perf_counter(), time.process_time()
        for _ in range(count):
            loss = one_step()
        value = loss.item()  # waits for the device
        spent = time.perf_counter() - began
        seconds.append(round(spent / count, 4))
        processor.append(round((time.process_time() - used) / count, 4))
        counts.append(count)
        left, chunk = left - count, next_chunk(count, spent)
    found = {
        'engine': f'PyTorch {torch.__version__}',
        'device': options.device,
        'threads': torch.get_num_threads(),
        'size': size,
        'base': base,
        'tf32': options.tf32,
        'cudnnBenchmark': options.cudnn_benchmark,
        'seconds': seconds,
        'processorSeconds': processor,
        'averagedOver': counts,
        'loss': value,
        'residentMebibytes': round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(found))


if __name__ == '__main__':
    main()
