"""The base-code encoder: a 64x64 picture in, the 8x8 feature map f out."""
import torch.nn as nn

WIDTHS = (32, 64, 128)


def encoder():
    """Ten 3x3 convolutions with batch norm and leaky ReLU, three halvings, and a bare convolution at the end."""
    layers, n_in = [], 3
    for width in WIDTHS:
        for _ in range(3):
            layers += [nn.Conv2d(n_in, width, 3, padding=1), nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
            n_in = width
        layers.append(nn.AvgPool2d(2))
    layers += [nn.Conv2d(n_in, n_in, 3, padding=1), nn.BatchNorm2d(n_in), nn.LeakyReLU(0.2), nn.Conv2d(n_in, n_in, 3, padding=1)]
    net = nn.Module()
    net.model = nn.Sequential(*layers)
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return net
