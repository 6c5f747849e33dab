"""Where things are: the head's outline and relief, the turned face's own coordinates, the outline of the hair."""
import torch

from .canvas import bell, col, ramp


class Anatomy:
    """Planes shared by all parts. `u, v` are frontal coordinates on the turned face; `d_head` the distance to its outline."""

    def __init__(self, canvas, a):
        self.a = a = {k: col(v) for k, v in a.items()}
        x, y = canvas.x, canvas.y
        m, age = a["masculine"], a["age"]
        self.yaw = a["yaw"]
        self.cy = -0.04
        self.rx = 0.445 + 0.022 * a["face_width"] + 0.012 * m
        self.top = 0.56
        self.low = 0.50 + 0.035 * a["chin"] + 0.015 * m
        self.chin_y = self.cy + self.low

        # outline: an egg whose lower half narrows to the jaw and follows the turn of the head
        t = ((y - self.cy) / self.low).clamp(0, 1.3)
        narrow = 1 - (0.20 - 0.09 * a["jaw"]) * t * t
        self.sway = self.yaw * (0.10 * t + 0.02)
        hx = (x - self.sway) / narrow
        ry = torch.where(y < self.cy, torch.full_like(y, self.top), self.low.expand_as(y))
        X, Y = hx / self.rx, (y - self.cy) / ry
        n = 2.1 + 0.35 * a["jaw"]
        ax, ay = X.abs() + 1e-4, Y.abs() + 1e-4
        px, py = ax ** (n - 1), ay ** (n - 1)
        k = (px * ax + py * ay) ** (1 / n)
        slope = k ** (1 - n) * ((px / self.rx) ** 2 + (py / ry) ** 2).sqrt()
        self.k = k
        self.d_head = (k - 1) / slope
        self.X, self.Y = X, Y

        # the face as a turned cylinder: frontal coordinate u, and its mirror image |u|
        self.radius = self.rx * 1.12
        s = ((x - 0.35 * self.sway) / self.radius).clamp(-0.995, 0.995)
        self.u = self.radius * torch.sin(torch.asin(s) - self.yaw)
        self.v = y
        self.side = torch.where(self.u < 0, -1.0, 1.0)
        self.mirror = self.u.abs()

        # where the features sit
        child = 1 - ramp(age, 0.0, 0.3)
        self.eye_x = 0.185 + 0.012 * a["eye_space"] + 0.01 * a["face_width"]
        self.eye_y = -0.02 + 0.035 * child
        self.eye_w = 0.091 + 0.016 * a["eye_size"] + 0.006 * child
        self.eye_h = (0.056 + 0.019 * a["eye_size"] + 0.008 * child - 0.006 * m) * a["eye_open"]
        self.nose_y = 0.150 + 0.022 * a["nose_length"] - 0.012 * child
        self.nose_w = 0.050 + 0.010 * a["nose_width"] - 0.006 * child
        self.mouth_y = self.nose_y + 0.128 + 0.016 * a["chin"]
        self.mouth_w = 0.135 + 0.016 * a["mouth_width"] + 0.035 * a["smile"].clamp(min=0) - 0.012 * child
        # a feature that stands out from the face shifts with the turn
        self.nose_u = self.u - 0.16 * torch.sin(self.yaw)

        self._light(a)
        self._hair(x, y, a)

    def _light(self, a):
        """Unit light direction and the shaded relief of the head."""
        lx, ly = 0.75 * a["light_x"], -0.25 - 0.45 * a["light_y"]
        lz = torch.full_like(lx, 0.75)
        norm = (lx * lx + ly * ly + lz * lz).sqrt()
        self.light = lx / norm, ly / norm, lz / norm

    def relief(self):
        """Unit normals of the head with brow, nose, cheeks, lips and chin raised and the eye sockets sunk."""
        a, u, v, q = self.a, self.u, self.v, self.mirror
        gx, gy = torch.zeros_like(u), torch.zeros_like(u)

        def bump(height, x, y, sx, sy, sign=1.0):
            nonlocal gx, gy
            dx, dy = x / (sx * sx), y / (sy * sy)
            e = height * bell(0.5 * (x * dx + y * dy))
            gx = gx + sign * e * dx
            gy = gy + e * dy

        age = a["age"]
        tip = self.nose_y
        bump(0.034, self.nose_u, v - (tip - 0.11), self.nose_w * 0.62, 0.085)                       # bridge
        bump(0.050, self.nose_u, v - (tip - 0.012), self.nose_w * 0.82, 0.040)                      # tip
        bump(0.016, self.nose_u.abs() - self.nose_w * 0.95, v - (tip + 0.008), 0.022, 0.022,
             torch.where(self.nose_u < 0, -1.0, 1.0))                                               # wings
        bump(-0.030, q - self.eye_x, v - self.eye_y, 0.085, 0.065, self.side)                       # sockets
        bump(0.022, q - 0.17, v - (self.eye_y - 0.135), 0.12, 0.04, self.side)                      # brow
        smile = a["smile"].clamp(min=0)
        bump(0.030 + 0.030 * smile, q - 0.225, v - 0.135 + 0.02 * smile, 0.085, 0.075, self.side)   # cheeks
        bump(0.030, u, v - (self.chin_y - 0.075), 0.085, 0.055)                                     # chin
        bump(0.020, u, v - self.mouth_y, 0.13, 0.060)                                               # mouth
        bump(-0.014 * age, q - 0.21, v - (self.mouth_y - 0.01), 0.05, 0.09, self.side)              # hollows of age
        nz = (1.02 - 0.92 * self.k.clamp(max=1) ** 2.2).clamp(min=0.03).sqrt()
        nx, ny = self.X * 0.9 + 1.15 * gx, self.Y * 0.82 + 1.15 * gy
        norm = (nx * nx + ny * ny + nz * nz).rsqrt()
        return nx * norm, ny * norm, nz * norm

    def _hair(self, x, y, a):
        """Outline of the whole hair and the opening in it that shows the face."""
        length, volume, bald = a["hair_length"], a["hair_volume"], a["bald"]
        grow = 0.028 + 0.05 * volume + 0.03 * ramp(length, 0.2, 0.7)
        self.grow = grow * (1 - 0.85 * bald)
        wave = a["hair_wave"] * (0.010 + 0.016 * length)
        hx = x + 0.07 * self.yaw
        top = self.top + self.grow * 1.15
        cy = self.cy - 0.01
        reach = 0.10 + 1.02 * ramp(length, 0.08, 1.0)       # how far below the centre of the head it falls
        self.hair_end = cy + reach
        t = ((y - cy) / reach.clamp(min=0.2)).clamp(0, 1)
        short = 1 - ramp(length, 0.18, 0.32)
        snug = 1 - 0.8 * short * ramp(y, -0.28, 0.0)
        rx = self.rx + self.grow * snug + 0.075 * t * ramp(length, 0.25, 0.8) * (0.4 + volume)
        rx = rx + wave * torch.sin(y * 17 + a["hair_phase"] + 2 * torch.sign(x))
        ry = torch.where(y < cy, top, reach)
        ex = torch.where(y < cy, 2.15, 4.0)
        X, Y = hx.abs() / rx + 1e-4, (y - cy).abs() / ry + 1e-4
        k = (X ** ex + Y ** ex) ** (1 / ex)
        self.hair_k = k
        self.hair_s = hx / rx
        self.d_hair = (k - 1) * torch.minimum(rx, ry.clamp(min=0.25))

        # the opening: an oval on the turned face, its upper edge lowered by the fringe except at the parting
        recede = 0.055 * a["age"] * a["masculine"] + 0.5 * bald
        part = 0.20 * a["parting"]
        off = (self.u - part).abs()
        sweep = 1 - bell((off / 0.20) ** 2)
        drop = a["fringe"] * (0.215 * sweep + 0.012 * torch.sin(self.u * 34 + a["hair_phase"]) * sweep) + 0.02
        ox, oy = 0.385 + 0.02 * a["face_width"] + 0.25 * bald, 0.475 + recede
        vy = y - 0.10
        wy = torch.where(vy < 0, vy * (1 + drop / (oy - drop).clamp(min=0.1)), vy * 0.6)
        tuck = 0.03 * ramp(length, 0.15, 0.5)
        U, V = self.u / (ox - tuck), wy / oy
        kk = (U * U + V * V).sqrt() + 1e-4
        self.d_open = (kk - 1) * (kk / ((U / ox) ** 2 + (V / oy) ** 2).sqrt().clamp(min=1e-3)).clamp(max=0.6)
