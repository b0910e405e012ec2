"""What the network is asked to make small."""

import torch
import torch.nn.functional as F


def mask_loss(logits, target):
    """Cross-entropy, weighted so that small targets count, plus Dice. [B, 1, h, w] each -> [B]."""
    probability = torch.sigmoid(logits)
    area = target.mean((1, 2, 3))
    cross = F.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((1, 2, 3)) / (1.5 * area.sqrt() + 0.05)
    common = 2 * (probability * target).sum((1, 2, 3)) + 1
    dice = 1 - common / ((probability**2).sum((1, 2, 3)) + (target**2).sum((1, 2, 3)) + 1)
    return cross + dice


def iou(logits, target):
    """[B, M, h, w] and [B, 1, h, w] -> [B, M]."""
    mask, truth = logits > 0, target > 0.5
    return (mask & truth).sum((2, 3)).float() / ((mask | truth).sum((2, 3)).float() + 1e-6)


def answer_loss(masks, scores, deep, target, levels, doubtful):
    """masks [B, 4, h, w] logits, scores [B, 4], deep: logits at 1/8 and 1/4; target [B, 1, 2h, 2w], levels [B, 3, 2h, 2w] floats,
    doubtful [B]: whether one click leaves open which level is meant. Returns the mean loss and [B] IoU of the first mask."""
    half, quarter, eighth = (F.avg_pool2d(target, n) for n in (2, 4, 8))
    loss = mask_loss(masks[:, :1], half) + 0.25 * mask_loss(deep[0], eighth) + 0.25 * mask_loss(deep[1], quarter)
    level_half = F.avg_pool2d(levels, 2)
    weight = 0.05 + 0.2 * doubtful.float()
    for i in range(3):
        loss = loss + weight * mask_loss(masks[:, i + 1 : i + 2], level_half[:, i : i + 1])
    with torch.no_grad():
        reached = iou(masks, half)
    return (loss + ((scores - reached) ** 2).mean(1)).mean(), reached[:, 0]
