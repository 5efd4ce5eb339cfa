"""Builds ResNets of PyTorch's own layers as timm's stems and shortcuts say, fills them by the formula
of the reference values, and prints for each: name, number of parameters, the first logits.
Lines of standard input: name block blocks groups width stem shortcut stride classes size."""
import math, sys
import numpy as np
import torch
from torch import nn

M = (1 << 64) - 1


def fnv(name):
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = (h ^ b) * 0x100000001B3 & M
    return h


def u(name, shape, seed):
    n = int(np.prod(shape)) if len(shape) else 1
    with np.errstate(over="ignore"):
        z = np.uint64(fnv(name) + seed & M) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        z = z ^ z >> np.uint64(31)
    return torch.from_numpy(((z >> np.uint64(56)).astype(np.float32) - 127.5) / 127.5).reshape(shape)


def conv(i, o, k, s=1, groups=1):
    return nn.Conv2d(i, o, k, s, k // 2, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, i, o, inner, s, groups, basic, v1, shortcut):
        super().__init__()
        self.basic = basic
        self.conv1 = conv(i, inner, 3, s) if basic else conv(i, inner, 1, s if v1 else 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = conv(inner, o, 3) if basic else conv(inner, inner, 3, 1 if v1 else s, groups)
        self.bn2 = nn.BatchNorm2d(o if basic else inner)
        if not basic:
            self.conv3 = conv(inner, o, 1)
            self.bn3 = nn.BatchNorm2d(o)
        self.downsample = None
        if s != 1 or i != o:
            pool = nn.Identity() if s == 1 else nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
            layers = [conv(i, o, 1, s)] if shortcut == "projection" else [pool, conv(i, o, 1)]
            self.downsample = nn.Sequential(*layers, nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y))
        if not self.basic:
            y = self.bn3(self.conv3(y.relu()))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class Net(nn.Module):
    def __init__(self, block, blocks, groups, width, stem, shortcut, v1, classes):
        super().__init__()
        basic = block == "basic"
        if len(stem) == 1:
            self.conv1 = nn.Conv2d(3, stem[0], 7, 2, 3, bias=False)
        else:
            a, b, c = stem
            self.conv1 = nn.Sequential(
                conv(3, a, 3, 2), nn.BatchNorm2d(a), nn.ReLU(), conv(a, b, 3), nn.BatchNorm2d(b), nn.ReLU(), conv(b, c, 3))
        i = stem[-1]
        self.bn1 = nn.BatchNorm2d(i)
        for s, n in enumerate(blocks):
            planes = 64 << s
            o = planes * (1 if basic else 4)
            inner = planes if basic else planes * width // 64 * groups
            layers = []
            for b in range(n):
                layers.append(Block(i, o, inner, 2 if b == 0 and s > 0 else 1, groups, basic, v1, shortcut))
                i = o
            setattr(self, "layer%d" % (s + 1), nn.Sequential(*layers))
        self.stages = len(blocks)
        self.fc = nn.Linear(i, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for s in range(self.stages):
            x = getattr(self, "layer%d" % (s + 1))(x)
        return self.fc(x.mean((2, 3)))


def fill(name, t, seed):
    kind = name.rsplit(".", 1)[1]
    v = u(name, tuple(t.shape), seed)
    if kind in ("running_mean", "bias"):
        return v * 0.125
    if kind == "running_var":
        return v * 0.5 + 1
    if kind == "num_batches_tracked":
        return torch.tensor(7)
    if t.dim() == 4:
        return v * math.sqrt(6 / (t[0].numel()))
    return v * math.sqrt(3 / t.shape[1]) if t.dim() == 2 else v * 0.125 + 0.5


seed = int(sys.argv[1])
torch.set_num_threads(1)
for line in sys.stdin:
    name, block, blocks, groups, width, stem, shortcut, stride, classes, size = line.split()
    numbers = lambda text: [int(n) for n in text.split(",")]
    net = Net(block, numbers(blocks), int(groups), int(width), numbers(stem), shortcut, stride == "first_1x1", int(classes))
    net.load_state_dict({n: fill(n, t, seed) for n, t in net.state_dict().items()})
    net.double().eval()
    x = u("input", (2, 3, int(size), int(size)), seed).double()
    with torch.no_grad():
        logits = net(x).flatten().tolist()
    print(name, sum(p.numel() for p in net.parameters()), *["%.9g" % v for v in logits], flush=True)
