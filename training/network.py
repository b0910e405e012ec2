"""The network: an encoder that runs once a picture, a decoder that runs once a prompt. About 1.9 million parameters.

Encoder: convolutions down to 1/32 and up again. Its answer is one tensor at 1/4 of the picture's size: what is there at 1/4, at 1/8 (four
positions folded out of the channels) and at 1/2 (folded into them).
Decoder: at 1/8 a small U-Net sees the embedding, maps of the prompt, likeness to the clicked places, and a learnt colour model (GrabCut's
idea: soft codewords, their histograms inside and outside of the present guess, the log of the ratio); at 1/4 and at 1/2 the mask is sharpened.
Distances are in fractions of the frame's side, so that the picture's resolution changes nothing in what a prompt means.

Few normalisations (one a stage), because they cost as much as the convolutions on a CPU, in training and in use.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

SEMANTIC, COARSE, FINE = 32, 64, 8  # channels at 1/4, 1/8, 1/2
EMBEDDING = SEMANTIC + COARSE // 4 + FINE * 4
GROUPS, WORDS, LIKENESS = 4, 16, 24
MASKS = 4  # the answer; part, object, group
SIGMAS = (0.012, 0.05, 0.16)  # of the points' maps, in frame sides


class Normed(nn.Module):
    """Convolution, group norm, ReLU."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.GroupNorm(8, outputs)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Residual(nn.Module):
    """Without normalisation: starts as the identity and learns how much to add."""

    def __init__(self, channels, dilation=1):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, 1, dilation, dilation)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1)
        self.gain = nn.Parameter(torch.full((1, channels, 1, 1), 0.1))

    def forward(self, x):
        return F.relu(x + self.gain * self.second(F.relu(self.first(x))))


def doubled(x):
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Encoder(nn.Module):
    """[B, 3, h, w] in SAM 1's normalisation, h and w multiples of 32 -> [B, EMBEDDING, h / 4, w / 4]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.fine = nn.Conv2d(16, FINE, 3, 1, 1)
        self.down4 = Normed(16, 32, 2)
        self.stage4 = nn.Sequential(Residual(32), Residual(32))
        self.down8 = Normed(32, 64, 2)
        self.stage8 = nn.Sequential(Residual(64), Residual(64))
        self.down16 = Normed(64, 96, 2)
        self.stage16 = nn.Sequential(Residual(96), Residual(96, 2))
        self.down32 = Normed(96, 112, 2)
        self.stage32 = Residual(112)
        self.up16 = nn.Conv2d(112, 96, 1)
        self.up8 = nn.Conv2d(96, 64, 1)
        self.merge8 = Residual(64)
        self.up4 = nn.Conv2d(64, 32, 1)
        self.merge4 = Residual(32)
        self.semantic = nn.Conv2d(32 + 3, SEMANTIC, 3, 1, 1)
        self.coarse = nn.Conv2d(64, COARSE, 1)

    def forward(self, picture):
        half = F.relu(self.stem(picture))
        quarter = self.stage4(self.down4(half))
        eighth = self.stage8(self.down8(quarter))
        sixteenth = self.stage16(self.down16(eighth))
        deep = self.stage32(self.down32(sixteenth))
        sixteenth = F.relu(sixteenth + self.up16(doubled(deep)))
        eighth = self.merge8(eighth + self.up8(doubled(sixteenth)))
        quarter = self.merge4(quarter + self.up4(doubled(eighth)))
        semantic = self.semantic(torch.cat([quarter, F.avg_pool2d(picture, 4).to(quarter.dtype)], 1))
        fine = F.pixel_unshuffle(self.fine(half), 2)
        return torch.cat([semantic, F.pixel_shuffle(self.coarse(eighth), 2), fine], 1)


PROMPT_MAPS = 2 * (1 + len(SIGMAS)) + 5 + 3


class PromptMaps:
    """What the prompt says about each place of a grid of `rows` x `columns`, all [B, 1, rows, columns] unless said otherwise.

    points: [B, N, 2] in sides of the (square) frame, labels: [B, N]. sigmas: of the points' maps, beside one of a cell's width.
    """

    def __init__(self, points, labels, rows, columns, side, sigmas=SIGMAS):
        points = points.float()
        y = ((torch.arange(rows, device=points.device, dtype=torch.float32) + 0.5) / side).view(1, 1, rows, 1)
        x = ((torch.arange(columns, device=points.device, dtype=torch.float32) + 0.5) / side).view(1, 1, 1, columns)
        px, py = points[:, :, 0, None, None], points[:, :, 1, None, None]
        self.foreground = (labels == 1).float()[:, :, None, None]  # [B, N, 1, 1]
        self.background = (labels == 0).float()[:, :, None, None]
        square = (x - px) ** 2 + (y - py) ** 2
        maps = []
        for sigma in (1.0 / side,) + sigmas:  # first where exactly the click is
            bell = torch.exp((square * (-0.5 / sigma**2)).clamp(min=-20.0))
            maps += [(bell * self.foreground).amax(1, keepdim=True), (bell * self.background).amax(1, keepdim=True)]
        self.near = torch.exp((square * (-0.5 * side**2 / 1.5)).clamp(min=-20.0))  # [B, N, rows, columns]: for sampling at the clicks

        first, last = (labels == 2).float(), (labels == 3).float()
        self.has_box = first.amax(1).view(-1, 1, 1, 1)
        x0, y0 = ((points[:, :, i] * first).sum(1).view(-1, 1, 1, 1) for i in (0, 1))
        x1, y1 = ((points[:, :, i] * last).sum(1).view(-1, 1, 1, 1) for i in (0, 1))
        absent = 1e3 * (1 - self.has_box)

        def inside(margin):
            mx, my, sharp = margin * (x1 - x0), margin * (y1 - y0), 1.4 * side
            return (torch.sigmoid((x - x0 + mx) * sharp) * torch.sigmoid((x1 + mx - x) * sharp)
                    * torch.sigmoid((y - y0 + my) * sharp) * torch.sigmoid((y1 + my - y) * sharp))  # fmt: skip

        within = inside(0.0) * self.has_box
        u = ((x - (x0 + x1) / 2).abs() * 2 / (x1 - x0 + 1e-3 + absent)).clamp(max=2.0) * self.has_box + 0 * y
        v = ((y - (y0 + y1) / 2).abs() * 2 / (y1 - y0 + 1e-3 + absent)).clamp(max=2.0) * self.has_box + 0 * x
        edge = torch.minimum(torch.minimum(x - x0, x1 - x) + 0 * y, torch.minimum(y - y0, y1 - y) + 0 * x)
        edge = (edge * 8).clamp(-1, 1) * self.has_box
        flat = 0 * (x + y)
        size = [self.has_box + flat, (x1 - x0) * self.has_box + flat, (y1 - y0) * self.has_box + flat]
        self.region = inside(0.3) * self.has_box + (1 - self.has_box)  # what the colour models look at
        self.clicks = torch.cat(maps, 1)
        self.within = within
        if sigmas:
            prior = within * torch.exp(-(u * u + v * v) * 1.2)
            prior = torch.maximum(prior, maps[4] * (1 - self.has_box) * 0.8)
            self.prior = torch.maximum(prior, maps[2]) * (1 - maps[3])
            self.stack = torch.cat([self.clicks, within, u, v, torch.maximum(u, v), edge] + size, 1)


class ColourModel(nn.Module):
    """Codewords and unit vectors for each place, computed once a picture; compared with what lies inside and outside of a guess."""

    OUTPUTS = 2 * GROUPS + 2

    def __init__(self, channels):
        super().__init__()
        self.words = nn.Conv2d(channels, GROUPS * WORDS, 1)
        self.likeness = nn.Conv2d(channels, LIKENESS, 1)

    def prepare(self, features):
        b, _, h, w = features.shape
        words = self.words(features).float().view(b, GROUPS, WORDS, h * w).softmax(2)
        vectors = F.normalize(self.likeness(features).float().flatten(2), dim=1, eps=1e-4)
        return words.view(b, GROUPS * WORDS, h * w), vectors

    def compare(self, words, vectors, guess, region):
        """words [B, G*W, hw], vectors [B, L, hw], guess and region [B, 1, h, w] -> [B, OUTPUTS, h, w]."""
        b, _, h, w = guess.shape
        inside, outside = (guess * region).flatten(2) + 1e-6, ((1 - guess) * region).flatten(2) + 1e-6
        weight = torch.cat([inside / inside.sum(2, keepdim=True), outside / outside.sum(2, keepdim=True)], 1)
        histogram = torch.bmm(weight, words.transpose(1, 2)).clamp(min=0) + 0.003
        ratio = (histogram[:, 0].log() - histogram[:, 1].log()).view(b, GROUPS, 1, WORDS)
        by_group = words.view(b, GROUPS, WORDS, h * w)
        ratio = torch.matmul(ratio, by_group).view(b, GROUPS, h, w)
        share = torch.matmul((histogram[:, 0] * 4).view(b, GROUPS, 1, WORDS), by_group).view(b, GROUPS, h, w)
        mean = F.normalize(torch.bmm(weight, vectors.transpose(1, 2)), dim=2, eps=1e-4)
        return torch.cat([ratio, share, torch.bmm(mean, vectors).view(b, 2, h, w)], 1)

    @staticmethod
    def at_clicks(vectors, maps):
        """Likeness to the nearest-looking foreground and background click: [B, 2, h, w], -1 where there is none."""
        b, _, h, w = maps.near.shape
        weight = maps.near.flatten(2)
        weight = weight / (weight.sum(2, keepdim=True) + 1e-6)
        clicked = F.normalize(torch.bmm(weight, vectors.transpose(1, 2)), dim=2, eps=1e-4)
        like = torch.bmm(clicked, vectors).view(b, -1, h, w)
        return torch.cat([(like * sort - (1 - sort)).amax(1, keepdim=True) for sort in (maps.foreground, maps.background)], 1)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.colours8, self.colours4 = ColourModel(COARSE), ColourModel(SEMANTIC)
        extra = PROMPT_MAPS + 1 + 2 + 2  # prior; likeness to clicks; earlier mask and whether there is one
        self.enter = Normed(COARSE + extra + ColourModel.OUTPUTS, 48)
        self.level8 = Residual(48)
        self.down16 = Normed(48, 80, 2)
        self.level16 = Residual(80)
        self.down32 = Normed(80, 96, 2)
        self.level32 = nn.Sequential(Residual(96, 2), Residual(96))
        self.context = nn.Linear(2 * 96, 96)
        self.up16 = nn.Conv2d(96, 80, 1)
        self.merge16 = Residual(80)
        self.up8 = nn.Conv2d(80, 48, 1)
        self.merge8 = Residual(48)
        self.rough = nn.Conv2d(48, 1, 1)
        self.trust = nn.Parameter(torch.tensor(2.0))  # in the first guess
        self.enter4 = Normed(SEMANTIC + 24 + 1 + 3 + ColourModel.OUTPUTS, 24)
        self.to4 = nn.Conv2d(48, 24, 1)
        self.level4 = Residual(24)
        self.middle = nn.Conv2d(24, MASKS, 1)
        self.sharpen = nn.Conv2d(24 + FINE * 4 + MASKS, 32, 3, 1, 1)
        self.finish = nn.Conv2d(8, MASKS, 3, 1, 1)
        self.score = nn.Sequential(nn.Linear(96 + 48 + 2 * MASKS + 1, 64), nn.ReLU(), nn.Linear(64, MASKS))

    def prepare(self, embedding):
        """What every prompt on a picture shares."""
        semantic, coarse, fine = embedding.split([SEMANTIC, COARSE // 4, FINE * 4], 1)
        coarse = F.pixel_unshuffle(coarse, 2)
        return {"semantic": semantic, "coarse": coarse, "fine": fine,
                "words8": self.colours8.prepare(coarse), "words4": self.colours4.prepare(semantic)}  # fmt: skip

    def forward(self, shared, points, labels, earlier, has_earlier):
        """shared: prepare()'s, one row a prompt. points [B, N, 2] in frame sides, labels [B, N], earlier: logits [B, 1, h/2, w/2] of an
        answer before, has_earlier [B]. Returns logits at 1/2 [B, MASKS, ..], their expected IoU [B, MASKS], and logits at 1/8 and 1/4."""
        coarse, semantic, fine = shared["coarse"], shared["semantic"], shared["fine"]
        b, _, rows, columns = coarse.shape
        side = max(rows, columns)
        maps = PromptMaps(points, labels, rows, columns, side)
        has = has_earlier.view(-1, 1, 1, 1).float()
        before = torch.sigmoid(F.avg_pool2d(earlier.float(), 4)) * has
        guess = maps.prior * (1 - has) + before * has
        words, vectors = shared["words8"]
        z = [coarse, maps.stack, guess, self.colours8.at_clicks(vectors, maps), before, has.expand(-1, 1, rows, columns),
             self.colours8.compare(words, vectors, guess, maps.region)]  # fmt: skip
        eighth = self.level8(self.enter(torch.cat([part.to(coarse.dtype) for part in z], 1)))
        sixteenth = self.level16(self.down16(eighth))
        deep = self.level32(self.down32(sixteenth))
        near = F.avg_pool2d(guess, 4).to(deep.dtype)
        whole = deep.mean((2, 3))
        chosen = (deep * near).sum((2, 3)) / (near.sum((2, 3)) + 1e-3)
        deep = deep + self.context(torch.cat([whole, chosen], 1))[:, :, None, None].to(deep.dtype)
        sixteenth = self.merge16(sixteenth + self.up16(doubled(deep)))
        eighth = self.merge8(eighth + self.up8(doubled(sixteenth)))
        rough = self.rough(eighth).float() + self.trust * (2 * guess - 1)

        guess = torch.sigmoid(doubled(rough))
        maps4 = PromptMaps(points, labels, 2 * rows, 2 * columns, 2 * side, sigmas=())
        words, vectors = shared["words4"]
        z = [semantic, doubled(self.to4(eighth)), guess, maps4.clicks, maps4.within,
             self.colours4.compare(words, vectors, guess, maps4.region)]  # fmt: skip
        quarter = self.level4(self.enter4(torch.cat([part.to(coarse.dtype) for part in z], 1)))
        middle = self.middle(quarter).float() + doubled(rough)
        sharp = torch.cat([quarter, fine, torch.sigmoid(middle).to(quarter.dtype)], 1)
        masks = self.finish(F.pixel_shuffle(F.relu(self.sharpen(sharp)), 2)).float() + doubled(middle)

        share = torch.sigmoid(middle)
        area = share.mean((2, 3))
        doubt = (share * (1 - share)).mean((2, 3)) / (area + 1e-3)
        inside = torch.sigmoid(rough)
        pooled = (eighth.float() * inside).sum((2, 3)) / (inside.sum((2, 3)) + 1.0)
        scores = self.score(torch.cat([deep.float().mean((2, 3)), pooled, area, doubt, maps.has_box.view(-1, 1)], 1))
        return masks, torch.sigmoid(scores), (rough, middle[:, :1])


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()


def repeated(shared, prompts):
    """One row a prompt out of one row a picture."""
    out = {}
    for name, value in shared.items():
        rows = [v.repeat_interleave(prompts, 0) for v in (value if isinstance(value, tuple) else (value,))]
        out[name] = tuple(rows) if isinstance(value, tuple) else rows[0]
    return out


MEAN = torch.tensor([123.675, 116.28, 103.53]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([58.395, 57.12, 57.375]).view(1, 3, 1, 1)


def normalised(picture, sizes):
    """uint8 [B, side, side, 3] -> float [B, 3, side, side] in SAM 1's normalisation, 0 beyond each picture's (height, width)."""
    out = ((picture.permute(0, 3, 1, 2).float() - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)
    for row, (height, width) in enumerate(sizes):
        out[row, :, height:] = 0
        out[row, :, :, width:] = 0
    return out
