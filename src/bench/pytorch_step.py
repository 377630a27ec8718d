"""PyTorch as a contestant of `deno task bench train` and `gpu`; the protocol stands in contestants.ts.

Modes: float32, tf32 (on a card), bfloat16 (autocast), and each with torch.compile (`float32+compile`, …). Memory format: on
a card channels_last; else channels_last or contiguous, whichever a short trial finds faster. On a card the bytes of a batch
are copied from pinned memory at every step, as a training does, and AdamW is fused.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_models import create

TRIAL_STEPS = 4
PRODUCTS = 5


class Training:
    def __init__(self, config, memory_format):
        torch.manual_seed(0)
        precision, *how = config["mode"].split("+")
        self.bfloat16 = precision == "bfloat16"
        self.device, self.memory_format = config.get("device", "cpu"), memory_format
        self.on_card = self.device == "cuda"
        self.classes, self.image = config["classes"], config["image"]
        if self.on_card:
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "float32"
        self.net = create(config["model"], self.classes, self.image).to(self.device, memory_format=memory_format)
        self.parameters = sum(p.numel() for p in self.net.parameters())
        self.forward = torch.compile(self.net) if "compile" in how else self.net
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.3,
                                           fused=True if self.on_card else None)
        if config["batch"]:
            self.resize(config["batch"])

    def resize(self, batch):
        self.images = self.labels = None
        shape = (batch, 3, self.image, self.image)
        if self.on_card:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            self.images = torch.randint(0, 256, shape, dtype=torch.uint8).to(memory_format=self.memory_format).pin_memory()
        else:
            self.images = torch.randn(shape).to(memory_format=self.memory_format)
        self.labels = (torch.arange(batch) % self.classes).to(self.device)

    def input(self):
        """The batch as the network sees it."""
        if not self.on_card:
            return self.images
        return self.images.to("cuda", non_blocking=True).to(memory_format=self.memory_format).float().sub(120).div(58)

    def step(self):
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bfloat16):
            loss = F.cross_entropy(self.forward(self.input()), self.labels, label_smoothing=0.1)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def predict(self):
        with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=self.bfloat16):
            rows = self.forward(self.input()).softmax(-1)
        return rows.cpu() if self.on_card else rows


def seconds(action, count):
    start = time.perf_counter()
    for _ in range(count):
        action()
    return time.perf_counter() - start


def faster_format(config):
    """The memory format in which the step without torch.compile is faster, one network in memory at a time."""
    if config.get("device") == "cuda" or not config["batch"]:
        return torch.channels_last
    times = {}
    for memory_format in (torch.channels_last, torch.contiguous_format):
        training = Training({**config, "mode": config["mode"].split("+")[0]}, memory_format)
        training.step()
        times[memory_format] = seconds(training.step, TRIAL_STEPS)
        del training
    return min(times, key=times.get)


def resized(training, batch):
    """The first step with batches of another size."""
    try:
        training.resize(batch)
        return {"first_step": seconds(training.step, 1)}
    except RuntimeError as error:
        if "out of memory" not in str(error):
            raise
        training.optimizer.zero_grad()
        return {"full": str(error)[:200]}


def product(size, dtype, device):
    """Seconds of the fastest product of two matrices, [size, size] each."""
    a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
    torch.mm(a, b)
    return min(seconds(lambda: torch.mm(a, b), 1) for _ in range(PRODUCTS))


def memory(on_card):
    """Peaks of memory, MB: resident, and on the card since the last `batch`."""
    peaks = {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if on_card:
        peaks["allocated"] = torch.cuda.max_memory_allocated() / 2**20
        peaks["reserved"] = torch.cuda.max_memory_reserved() / 2**20
    return peaks


def answer(**fields):
    print(json.dumps(fields), flush=True)


def main():
    config = json.loads(sys.stdin.readline())
    torch.set_num_threads(config["threads"])
    training = Training(config, faster_format(config))
    first = seconds(training.step, 1) if config["batch"] else 0
    answer(version=torch.__version__, parameters=training.parameters, first_step=first)
    for line in sys.stdin:
        what, count = line.split()
        if what == "train":
            training.net.train()
            answer(seconds=seconds(training.step, int(count)))
        elif what == "evaluate":
            training.net.eval()
            answer(seconds=seconds(training.predict, int(count)))
        elif what == "batch":
            training.net.train()
            answer(**resized(training, int(count)))
        elif what == "product":
            answer(seconds=product(int(count), torch.bfloat16 if training.bfloat16 else torch.float32, training.device))
        else:
            answer(**memory(training.on_card))


main()
