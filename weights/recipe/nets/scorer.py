"""The attribute scorer: reads a face's attributes and pose from its picture. It judges edits and is in no loss."""
import torch
import torch.nn as nn
import torch.nn.functional as F

# output channels and stride of each 3x3 convolution
LAYERS = ((32, 2), (64, 1), (96, 2), (96, 1), (128, 2), (128, 1), (128, 2))
HIDDEN = 256


class Scorer(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        n_in = 3
        self.features = nn.ModuleList()
        for n, stride in LAYERS:
            conv = nn.Conv2d(n_in, n, 3, stride=stride, padding=1)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(conv.bias)
            self.features.append(conv)
            n_in = n
        self.fc0, self.fc1 = nn.Linear(n_in * 16, HIDDEN), nn.Linear(HIDDEN, outputs)

    def forward(self, x):
        """x (B,3,64,64) in [-1,1] -> (B,outputs), in standard deviations."""
        for conv in self.features:
            x = F.relu(conv(x))
        x = x.permute(0, 2, 3, 1).flatten(1)              # rows, columns, channels
        return self.fc1(F.relu(self.fc0(x))).float()
