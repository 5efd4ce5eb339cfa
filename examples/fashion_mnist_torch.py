#!/usr/bin/env python3
"""The network and recipe of FashionMnist.java in PyTorch: what Graft's accuracy and time are held against.

Prints a line an epoch and, last, one line of JSON: {"accuracy": [one per seed], "secondsPerEpoch": median}.
Images are normalised once and kept in memory, so that time per epoch is training alone.
"""
import argparse
import gzip
import json
import statistics
import time

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = F.dropout(x, training=self.training)
        x = self.fc2(x)
        return F.log_softmax(x, dim=1)


def idx(path, header):
    with gzip.open(path) as f:
        return numpy.frombuffer(f.read(), numpy.uint8, offset=header)


def load(folder, part):
    images = idx(f"{folder}/{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 8)
    x = (torch.from_numpy(images.astype(numpy.float32)) / 255 - 0.2860) / 0.3530
    return x, torch.from_numpy(labels.astype(numpy.int64))


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return sum((net(a).argmax(1) == b).sum().item() for a, b in zip(x.split(1000), y.split(1000))) / len(y)


def run(args, seed, train, test):
    torch.manual_seed(seed)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr, momentum=args.momentum)
    seconds = []
    for epoch in range(args.epochs):
        net.train()
        start = time.perf_counter()
        for rows in torch.randperm(len(train[1])).split(args.batch):
            optimizer.zero_grad()
            F.nll_loss(net(train[0][rows]), train[1][rows]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
        right = accuracy(net, *test)
        print(f"torch seed {seed} epoch {epoch + 1}: accuracy {100 * right:.2f} %, {seconds[-1]:.2f} s", flush=True)
    return right, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train, test = load(args.data, "train"), load(args.data, "t10k")
    results = [run(args, seed, train, test) for seed in args.seeds]
    print(json.dumps({
        "accuracy": [right for right, _ in results],
        "secondsPerEpoch": statistics.median(s for _, seconds in results for s in seconds),
    }))


if __name__ == "__main__":
    main()
