"""PyTorch as a contestant of `deno task bench train`; the protocol stands in contestants.ts.

Modes: float32, bfloat16 (autocast), and either with torch.compile (`float32+compile`, …). Memory format: channels_last or
contiguous, whichever a short trial finds faster.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_models import create

TRIAL_STEPS = 4


class Training:
    def __init__(self, config, memory_format):
        torch.manual_seed(0)
        precision, *how = config["mode"].split("+")
        self.bfloat16 = precision == "bfloat16"
        classes, batch, image = config["classes"], config["batch"], config["image"]
        self.net = create(config["model"], classes, image).to(memory_format=memory_format)
        self.parameters = sum(p.numel() for p in self.net.parameters())
        self.forward = torch.compile(self.net) if "compile" in how else self.net
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.3)
        self.images = torch.randn(batch, 3, image, image).to(memory_format=memory_format)
        self.labels = torch.arange(batch) % classes

    def step(self):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            loss = F.cross_entropy(self.forward(self.images), self.labels, label_smoothing=0.1)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def predict(self):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            return self.forward(self.images).softmax(-1)


def seconds(action, count):
    start = time.perf_counter()
    for _ in range(count):
        action()
    return time.perf_counter() - start


def faster_format(config):
    """The memory format in which the step without torch.compile is faster, one network in memory at a time."""
    times = {}
    for memory_format in (torch.channels_last, torch.contiguous_format):
        training = Training({**config, "mode": config["mode"].split("+")[0]}, memory_format)
        training.step()
        times[memory_format] = seconds(training.step, TRIAL_STEPS)
        del training
    return min(times, key=times.get)


def answer(**fields):
    print(json.dumps(fields), flush=True)


def main():
    config = json.loads(sys.stdin.readline())
    torch.set_num_threads(config["threads"])
    training = Training(config, faster_format(config))
    first = seconds(training.step, 1)
    answer(version=torch.__version__, parameters=training.parameters, first_step=first)
    for line in sys.stdin:
        what, count = line.split()
        if what == "train":
            training.net.train()
            answer(seconds=seconds(training.step, int(count)))
        elif what == "evaluate":
            training.net.eval()
            answer(seconds=seconds(training.predict, int(count)))
        else:
            answer(megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


main()
