"""The StyleGAN2 generator, small: 64x64, w of 128 numbers, parameter names as in common StyleGAN2 files.

Modulated convolutions are written as scale - plain convolution - scale, so that one convolution serves the batch.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

W_DIM = 128
RESOLUTION = 64
CHANNELS = {4: 128, 8: 128, 16: 128, 32: 64, 64: 32}
NUM_WS = 10
FIRST_ROW = 2  # the first row above the base code
SHAPE = 20     # features that the rows below it see (faces/style.py)
GAIN = math.sqrt(2)


def lrelu(x):
    return F.leaky_relu(x, 0.2) * GAIN


class Linear(nn.Module):
    """Weights stored at unit scale (over lr_mult), brought to size at run time."""

    def __init__(self, n_in, n_out, bias=0.0, lr_mult=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / lr_mult)
        self.bias = nn.Parameter(torch.full((n_out,), bias / lr_mult))
        self.gain, self.lr_mult = lr_mult / math.sqrt(n_in), lr_mult

    def forward(self, x):
        return F.linear(x.to(self.weight.dtype), self.weight * self.gain, self.bias * self.lr_mult)


class Mapping(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(8):
            setattr(self, f"fc{i}", Linear(W_DIM, W_DIM, lr_mult=0.01))
        self.register_buffer("w_avg", torch.zeros(W_DIM))
        self.start_plain()

    @torch.no_grad()
    def start_plain(self):
        """Start near w = leaky ReLU(z): eight random layers would scramble what z says about its drawing.

        The first bias lifts the numbers to where the leaky ReLU is straight, the last brings them down again.
        """
        for i in range(8):
            fc = getattr(self, f"fc{i}")
            fc.weight.mul_(0.05).add_(torch.eye(W_DIM) / (GAIN * fc.gain))
            fc.bias.fill_({0: 2.5, 7: -2.5}.get(i, 0.0) / fc.lr_mult)

    def forward(self, z):
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for i in range(8):
            x = lrelu(getattr(self, f"fc{i}")(x))
        return x


def fir(taps, gain):
    """Four taps [1,3,3,1] in both directions, as a depthwise kernel that sums to `gain`."""
    k = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return (torch.outer(k, k) / 64 * gain)[None, None].repeat(taps, 1, 1, 1)


class Layer(nn.Module):
    """Modulated 3x3 convolution (twice the size when `up`), noise, bias, leaky ReLU."""

    def __init__(self, n_in, n_out, resolution, up):
        super().__init__()
        self.up, self.resolution = up, resolution
        self.affine = Linear(W_DIM, n_in, bias=1.0)
        self.weight = nn.Parameter(torch.randn(n_out, n_in, 3, 3))
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.register_buffer("fir", fir(n_out, 4), persistent=False)

    def forward(self, x, w, fixed_noise):
        s = self.affine(w)
        d = (s.square() @ self.weight.square().sum((2, 3)).t() + 1e-8).rsqrt()
        # normalising weights and styles first keeps bf16 in a good range and changes nothing after demodulation
        size = self.weight.square().mean().rsqrt().detach() / math.sqrt(self.weight[0].numel())
        y = (x * s.to(x.dtype)[:, :, None, None])
        weight = self.weight * size
        if self.up:
            y = F.conv_transpose2d(y, weight.transpose(0, 1), stride=2)
            y = F.conv2d(F.pad(y, (1, 1, 1, 1)), self.fir, groups=self.fir.shape[0])
        else:
            y = F.conv2d(y, weight, padding=1)
        # noise drawn in training is shared by the batch: it then joins the bias in one small tensor
        noise = self.noise_const if fixed_noise else torch.randn(self.resolution, self.resolution, device=x.device)
        shift = (noise * self.noise_strength + self.bias[:, None, None]) * GAIN
        y = torch.addcmul(shift.to(y.dtype), y, (d * (GAIN / size)).to(y.dtype)[:, :, None, None])
        return F.leaky_relu(y, 0.2)


class ToRGB(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.affine = Linear(W_DIM, n_in, bias=1.0)
        self.weight = nn.Parameter(torch.randn(3, n_in, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x, w):
        s = self.affine(w) / math.sqrt(self.weight.shape[1])
        y = F.conv2d(x * s.to(x.dtype)[:, :, None, None], self.weight)
        return y.float() + self.bias[:, None, None]


class Block(nn.Module):
    def __init__(self, n_in, n_out, resolution):
        super().__init__()
        self.first = resolution == 4
        if self.first:
            self.const = nn.Parameter(torch.randn(n_out, 4, 4))
        else:
            self.conv0 = Layer(n_in, n_out, resolution, up=True)
        self.conv1 = Layer(n_out, n_out, resolution, up=False)
        self.register_buffer("fir", fir(1, 4), persistent=False)
        self.torgb = ToRGB(n_out)

    def forward(self, x, image, ws, fixed_noise):
        """ws: this block's rows (conv0, conv1, toRGB; the first block has no conv0)."""
        if self.first:
            x = self.const.expand(ws.shape[0], -1, -1, -1)
        else:
            x = self.conv0(x, ws[:, 0], fixed_noise)
        x = self.conv1(x, ws[:, -2], fixed_noise)
        rgb = self.torgb(x, ws[:, -1])
        if image is not None:
            rgb = rgb + twice(image, self.fir)
        return x, rgb


def twice(image, kernel):
    """FIR upsampling of RGB: 1/4 and 3/4 of neighbours, zeros outside."""
    b, c, h, w = image.shape
    y = F.conv_transpose2d(image.reshape(b * c, 1, h, w), kernel, stride=2, padding=1)
    return y.reshape(b, c, 2 * h, 2 * w)


def rows_of(w):
    """Features w (B,128) -> ws (B,10,128): the rows below the base code are told only where things are."""
    coarse = torch.cat([w[:, :SHAPE], torch.zeros_like(w[:, SHAPE:])], 1)
    return torch.cat([coarse[:, None].expand(-1, FIRST_ROW, -1), w[:, None].expand(-1, NUM_WS - FIRST_ROW, -1)], 1)


def moved(f, moves):
    """f (B,C,H,W) under similarity transforms (B,4): shift x and y in half pictures, turn (radians, clockwise), scale. Bilinear;
    the border goes on outside."""
    x, y, turn, scale = moves.unbind(1)
    c, s = turn.cos() / scale, turn.sin() / scale
    theta = torch.stack([torch.stack([c, s, -(c * x + s * y)], 1), torch.stack([-s, c, s * x - c * y], 1)], 1)
    grid = F.affine_grid(theta, f.shape, align_corners=False)
    return F.grid_sample(f.float(), grid, padding_mode="border", align_corners=False)


class Synthesis(nn.Module):
    def __init__(self):
        super().__init__()
        n_in = None
        for r, n in CHANNELS.items():
            setattr(self, f"b{r}", Block(n_in, n, r))
            n_in = n
        nn.init.zeros_(self.b4.torgb.weight)

    def forward(self, ws, fixed_noise=True, moves=None):
        """`moves` (B,4) as the drawer has them: the base code is moved so on its way."""
        f = self.base_code(ws, fixed_noise)
        return self.from_base_code(f if moves is None else moved(f, moves), ws, fixed_noise)

    def base_code(self, ws, fixed_noise=True):
        """f (B,C,8,8), the output of b8.conv0."""
        x = self.b4.const.expand(ws.shape[0], -1, -1, -1)
        return self.b8.conv0(self.b4.conv1(x, ws[:, 0], fixed_noise), ws[:, 1], fixed_noise)

    def from_base_code(self, f, ws, fixed_noise=True):
        """Enter at 8x8: f stands for the output of b8.conv0. No RGB comes from below: b4.torgb is zero."""
        x = self.b8.conv1(f, ws[:, 2], fixed_noise)
        image = self.b8.torgb(x, ws[:, 3])
        return self.run((x, image), ws, fixed_noise, 16)

    def run(self, state, ws, fixed_noise, start):
        x, image = state or (None, None)
        for k, r in enumerate(CHANNELS):
            if r >= start:
                rows = ws[:, 0:2] if k == 0 else ws[:, 2 * k - 1:2 * k + 2]
                x, image = getattr(self, f"b{r}")(x, image, rows, fixed_noise)
        return image


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.mapping, self.synthesis = Mapping(), Synthesis()

    def forward(self, z, psi=1.0, fixed_noise=True):
        w = self.mapping(z)
        w = self.mapping.w_avg.lerp(w, psi)
        return self.synthesis(w[:, None].expand(-1, NUM_WS, -1), fixed_noise)
