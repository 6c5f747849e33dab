"""Checkpoints that are never half written, and the clock."""
import os
from datetime import datetime, timezone

import torch


def save(state, path):
    """Write beside the file, then rename."""
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def seconds_until(clock):
    """Seconds from now to HH:MM today (UTC)."""
    h, m = map(int, clock.split(":"))
    now = datetime.now(timezone.utc)
    return (now.replace(hour=h, minute=m, second=0) - now).total_seconds()
