"""The network on a picture of any size: letterboxed into a square frame, encoded once, asked many times."""

import cv2
import numpy as np
import torch

from network import normalised


class Predictor:
    """bias: what is added to every logit before it is cut at 0 (see export.py)."""

    def __init__(self, network, side, bias=0.0):
        self.network, self.side, self.bias = network, side, bias

    @torch.no_grad()
    def encode(self, picture):
        """uint8 RGB [h, w, 3]."""
        self.size = picture.shape[:2]
        self.scale = self.side / max(self.size)
        height, width = (max(1, int(n * self.scale + 0.5)) for n in self.size)
        frame = np.zeros((1, self.side, self.side, 3), np.uint8)
        filter_ = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        frame[0, :height, :width] = cv2.resize(picture, (width, height), interpolation=filter_)
        self.content = height, width
        embedding = self.network.encoder(normalised(torch.from_numpy(frame), [self.content]))
        self.shared = self.network.decoder.prepare(embedding)
        self.last = None

    @torch.no_grad()
    def decode(self, box=None, points=(), use_last=False, index=0):
        """box: x0, y0, x1, y1; points: [(x, y, is_foreground)], in the picture's pixels. use_last: the answer before is shown to the network.
        index: which mask; None: the one of part, object and group with the best score. Returns (bool mask, score)."""
        at = [((x + 0.5), (y + 0.5), int(foreground)) for x, y, foreground in points]
        if box is not None:
            at += [(box[0], box[1], 2), (box[2], box[3], 3)]
        else:
            at += [(0, 0, -1)]
        coordinates = torch.tensor([[(x * self.scale / self.side, y * self.scale / self.side) for x, y, _ in at]])
        labels = torch.tensor([[label for _, _, label in at]])
        use_last = use_last and self.last is not None
        earlier = self.last if use_last else torch.zeros(1, 1, self.side // 2, self.side // 2)
        masks, scores, _ = self.network.decoder(self.shared, coordinates, labels, earlier, torch.tensor([float(use_last)]))
        if index is None:
            index = 1 + int(scores[0, 1:].argmax())
        self.last = masks[:, index : index + 1]
        logits = cv2.resize(masks[0, index].numpy(), (self.side, self.side), interpolation=cv2.INTER_LINEAR)
        logits = np.ascontiguousarray(logits[: self.content[0], : self.content[1]])
        return cv2.resize(logits, self.size[::-1], interpolation=cv2.INTER_LINEAR) + self.bias > 0, float(scores[0, index])
