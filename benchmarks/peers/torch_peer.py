#!/usr/bin/env python3
"""PyTorch's side of the races: one network and its data from a safetensors file, driven by lines on stdin.

    torch_peer.py FILE [--channels-last]
    threads N    how many threads the next calls use
    losses       the losses of two training steps from the weights as they are in the file, dropout off
    run N        N training steps; answers with their nanoseconds
    memory       the most memory that this process has had, in kilobytes

Every line is answered by one line. The file's metadata holds the recipe: model, lr, momentum, weight_decay.
"""
import argparse
import json
import resource
import sys
import time

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F


def read(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        body = f.read()
    recipe = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(body[begin:end], numpy.float32).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, recipe


class Block(nn.Module):
    def __init__(self, cin, cout, width, stride, groups, bottleneck, shortcut_a):
        super().__init__()
        self.bottleneck, self.shortcut_a = bottleneck, shortcut_a and (stride != 1 or cin != cout)
        if bottleneck:
            self.conv1, self.bn1 = nn.Conv2d(cin, width, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.conv3, self.bn3 = nn.Conv2d(width, cout, 1, bias=False), nn.BatchNorm2d(cout)
        else:
            self.conv1, self.bn1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout)
            self.conv2, self.bn2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout)
        self.downsample = None
        if not shortcut_a and (stride != 1 or cin != cout):
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.bottleneck:
            y = self.bn3(self.conv3(F.relu(y, inplace=True)))
        if self.downsample is not None:
            x = self.downsample(x)
        elif self.shortcut_a:
            half = x[:, :, ::2, ::2]
            side = half.shape[1] // 2
            x = F.pad(half, (0, 0, 0, 0, side, side))
        return F.relu(y + x, inplace=True)


class ResNet(nn.Module):
    """Built to fit a state dict."""

    def __init__(self, state):
        super().__init__()
        self.cifar = "linear.weight" in state
        stem = state["conv1.weight"]
        self.conv1 = nn.Conv2d(3, len(stem), stem.shape[2], 1 if self.cifar else 2, stem.shape[2] // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(len(stem))
        channels, stage = len(stem), 1
        self.stages = []
        while f"layer{stage}.0.conv1.weight" in state:
            blocks = []
            while f"layer{stage}.{len(blocks)}.conv1.weight" in state:
                name = f"layer{stage}.{len(blocks)}"
                bottleneck = f"{name}.conv3.weight" in state
                out = len(state[f"{name}.{'conv3' if bottleneck else 'conv2'}.weight"])
                second = state[f"{name}.conv2.weight"]
                stride = 2 if stage > 1 and not blocks else 1
                blocks.append(
                    Block(channels, out, len(second), stride, len(second) // second.shape[1], bottleneck, self.cifar))
                channels = out
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            self.stages.append(f"layer{stage}")
            stage += 1
        head = "linear" if self.cifar else "fc"
        setattr(self, head, nn.Linear(channels, len(state[f"{head}.weight"])))
        self.head = head

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        if not self.cifar:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return getattr(self, self.head)(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Article(nn.Module):
    """The network of examples/fashion_mnist_torch.py."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.conv2_drop, self.fc1_drop = nn.Dropout2d(), nn.Dropout()
        self.fc1, self.fc2 = nn.Linear(320, 50), nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.reshape(-1, 320)
        x = self.fc1_drop(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


class Training:
    def __init__(self, tensors, recipe, channels_last):
        state = dict(tensors)
        self.images, labels = state.pop("images"), state.pop("labels")
        self.labels = labels.long()
        article = recipe["model"] == "article"
        self.net = Article() if article else ResNet(state)
        missing, unexpected = self.net.load_state_dict(state, strict=False)
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or unexpected:
            sys.exit(f"torch_peer: weights do not fit: missing {missing}, unexpected {unexpected}")
        if channels_last:
            self.net = self.net.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.loss = F.nll_loss if article else F.cross_entropy
        self.optimizer = torch.optim.SGD(
            self.net.parameters(), lr=float(recipe["lr"]), momentum=float(recipe["momentum"]),
            weight_decay=float(recipe["weight_decay"]))
        self.net.train()

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.net(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def without_dropout(self):
        for module in self.net.modules():
            if isinstance(module, (nn.Dropout, nn.Dropout2d)):
                module.p = 0.0
        return self


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--channels-last", action="store_true")
    args = parser.parse_args()
    tensors, recipe = read(args.file)
    training = Training(tensors, recipe, args.channels_last)
    print(f"torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        command, _, number = line.strip().partition(" ")
        if command == "threads":
            torch.set_num_threads(int(number))
            print("ok", flush=True)
        elif command == "losses":
            fresh = Training(tensors, recipe, args.channels_last).without_dropout()
            print(fresh.step(), fresh.step(), flush=True)
        elif command == "run":
            start = time.perf_counter_ns()
            for _ in range(int(number)):
                training.step()
            print(time.perf_counter_ns() - start, flush=True)
        elif command == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
        else:
            sys.exit(f"torch_peer: unknown command {line!r}")


if __name__ == "__main__":
    main()
