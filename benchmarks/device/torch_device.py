"""What PyTorch does on this machine's GPU in float32 (TF32 off), in lines that DeviceTable reads:
gemm N TFLOP/s, infer BATCH images/s, train BATCH images/s. Without PyTorch or a GPU it says so."""

import sys
import time


def numbers(text):
    return [int(n) for n in text.split(",") if n]


def main():
    try:
        import torch
    except ImportError:
        print("no peer: PyTorch is not installed", file=sys.stderr)
        return
    if not torch.cuda.is_available():
        print("no peer: PyTorch sees no GPU", file=sys.stderr)
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True

    def seconds(body):
        for _ in range(3):
            body()
        torch.cuda.synchronize()
        start = time.perf_counter()
        body()
        torch.cuda.synchronize()
        calls = max(1, min(10000, int(0.7 / max(1e-6, time.perf_counter() - start))))
        rounds = []
        for _ in range(3):
            start = time.perf_counter()
            for _ in range(calls):
                body()
            torch.cuda.synchronize()
            rounds.append((time.perf_counter() - start) / calls)
        return sorted(rounds)[1]

    sizes, infer, train = (numbers(a) for a in sys.argv[1:4])
    for n in sizes:
        a = torch.randn(n, n, device="cuda")
        b = torch.randn(n, n, device="cuda")
        out = torch.empty(n, n, device="cuda")
        rate = 2 * n**3 / seconds(lambda: torch.mm(a, b, out=out)) * 1e-12
        print(f"gemm {n} {rate:.3f}", flush=True)
    try:
        from torchvision.models import resnet50
    except ImportError:
        print("no peer for networks: torchvision is not installed", file=sys.stderr)
        return
    net = resnet50(weights=None).cuda()
    net.eval()
    for batch in infer:
        x = torch.randn(batch, 3, 224, 224, device="cuda")
        with torch.no_grad():
            print(f"infer {batch} {batch / seconds(lambda: net(x)):.1f}", flush=True)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), 1e-4, momentum=0.9)
    loss = torch.nn.CrossEntropyLoss()
    for batch in train:
        x = torch.randn(batch, 3, 224, 224, device="cuda")
        y = torch.arange(batch, device="cuda") % 1000

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss(net(x), y).backward()
            optimizer.step()

        print(f"train {batch} {batch / seconds(step):.1f}", flush=True)


main()
