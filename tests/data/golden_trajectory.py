"""Makes golden_trajectory.json: 20 steps of ResNet-32 by PyTorch alone, for tst_trajectory_slow.cpp.

Run once with Debian 12's python3-torch 1.13.1 and Python 3.11:
    python3 golden_trajectory.py > golden_trajectory.json
Weights, images and labels follow from the formulas below, so that both sides can make them. All in
float64; the network (He et al., option A), LDAM, VS and SAM are written out from their papers.
"""
import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
STEPS, BATCH = 20, 16


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.added = stride, outputs - inputs

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride != 1 or self.added:
            x = F.pad(x[:, :, :: self.stride, :: self.stride],
                      (0, 0, 0, 0, self.added // 2, self.added - self.added // 2))
        return F.relu(out + x)


class Head(nn.Module):
    def __init__(self, cosine):
        super().__init__()
        self.cosine = cosine
        self.weight = nn.Parameter(torch.empty(64, 10) if cosine else torch.empty(10, 64))
        if not cosine:
            self.bias = nn.Parameter(torch.empty(10))

    def forward(self, x):
        if self.cosine:
            return F.normalize(x, dim=1) @ F.normalize(self.weight, dim=0)
        return F.linear(x, self.weight, self.bias)


class ResNet32(nn.Module):
    def __init__(self, cosine):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        stage = lambda i, o, s: nn.Sequential(Block(i, o, s), *[Block(o, o, 1) for _ in range(4)])
        self.layer1, self.layer2, self.layer3 = stage(16, 16, 1), stage(16, 32, 2), stage(32, 64, 2)
        self.linear = Head(cosine)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def wave(shape, ordinal):
    """Numbers in (-1, 1) that look random: the fraction of 1e4 sin(n), n = 1 + index + 7919 ordinal."""
    n = torch.arange(math.prod(shape)) + 1 + 7919 * ordinal
    return (torch.remainder(torch.sin(n.double()) * 1e4, 1.0) * 2 - 1).reshape(shape)


def start(model):
    for ordinal, (name, p) in enumerate(model.named_parameters()):
        if p.dim() > 1:
            fan_in = 64 if name == "linear.weight" else p[0].numel()
            p.data = wave(p.shape, ordinal) * math.sqrt(3.0 / fan_in)
        elif "bn" in name and name.endswith("weight"):
            p.data = 1 + 0.1 * wave(p.shape, ordinal)
        else:
            p.data = 0.1 * wave(p.shape, ordinal)


def loss_of(method, logits, labels):
    n = torch.tensor(COUNTS, dtype=torch.float64)
    if method == "LDAM":
        margin = 0.5 * (n.min() / n) ** 0.25
        logits = 30 * (logits - F.one_hot(labels, 10) * margin)
    if method == "VS":
        logits = (n / n.max()) ** 0.15 * logits + 1.25 * torch.log(n / n.sum())
    return F.cross_entropy(logits, labels)


def run(method, radius):
    model = ResNet32(method == "LDAM")
    start(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.02, momentum=0.9, weight_decay=2e-4)
    losses = []
    for step in range(STEPS):
        images = wave((BATCH, 3, 32, 32), 1000 + step)
        labels = torch.tensor([(i * i + 3 * step) % 10 for i in range(BATCH)])
        optimizer.zero_grad()
        loss = loss_of(method, model(images), labels)
        loss.backward()
        losses.append(loss.item())
        if radius > 0:
            norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
            moves = [radius * p.grad / norm for p in model.parameters()]
            with torch.no_grad():
                for p, move in zip(model.parameters(), moves):
                    p.add_(move)
            optimizer.zero_grad()
            loss_of(method, model(images), labels).backward()
            with torch.no_grad():
                for p, move in zip(model.parameters(), moves):
                    p.sub_(move)
        optimizer.step()
    # Two numbers a parameter: its norm, and its product with numbers that tell its elements apart.
    weights = {name: [p.norm().item(), (p * wave(p.shape, 5000)).sum().item()]
               for name, p in model.named_parameters()}
    return {"method": method, "sam_radius": radius, "losses": losses, "weights": weights}


print(json.dumps([run(m, r) for m in ("CE", "LDAM", "VS") for r in (0.0, 0.1)], indent=0))
