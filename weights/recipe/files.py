"""Checkpoints that are never half written."""
import os

import torch


def save(state, path):
    """Write beside the file, then rename."""
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)
