"""PyTorch's DataLoader with timm's transforms as a peer of `deno task bench photos`.

Reads lines from its standard input and answers each with a line of JSON:
    {"folder", "image", "batch", "workers", "seconds", "discarded"} -> {"version"}
    round  -> {"images_per_second", "cpu_milliseconds"}: the latter an image, of this process and its workers
    memory -> {"megabytes"}: the peak of the resident memory of this process and of each worker
The files are decoded by Pillow, in full, in the workers. What is measured ends in batches of 8-bit pixels: timm's pipeline for
its prefetcher, then its RandomErasing, by `const`.
"""
import json
import multiprocessing
import os
import sys
import time

import PIL
import timm
import torch
from PIL import Image
from timm.data import create_transform
from timm.data.random_erasing import RandomErasing
from torch.utils.data import DataLoader, Dataset, RandomSampler


class Photographs(Dataset):
    def __init__(self, folder, image):
        self.files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        self.transform = create_transform(image, is_training=True, use_prefetcher=True,
                                          auto_augment="rand-m9-mstd0.5-inc1", interpolation="random")
        self.erase = RandomErasing(probability=0.25, mode="const", device="cpu")
        self.nothing = torch.zeros(3, image, image, dtype=torch.uint8)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        try:
            pixels = self.transform(Image.open(self.files[i]).convert("RGB"))
        except ValueError:  # Pillow 13 refuses to keep 0 bits, which timm asks it for at magnitude 10
            return self.nothing
        return self.erase(pixels if torch.is_tensor(pixels) else torch.from_numpy(pixels))


def peak_megabytes(process):
    with open(f"/proc/{process}/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024)


def processes():
    return [os.getpid(), *(child.pid for child in multiprocessing.active_children())]


def cpu_seconds():
    ticks = 0
    for process in processes():
        with open(f"/proc/{process}/stat") as stat:
            ticks += sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def endless(config):
    photographs = Photographs(config["folder"], config["image"])
    sampler = RandomSampler(photographs, replacement=True, num_samples=10**9)
    return iter(DataLoader(photographs, batch_size=config["batch"], sampler=sampler, num_workers=config["workers"]))


def measure(batches, config):
    for _ in range(config["discarded"]):
        next(batches)
    began, cpu, done = time.perf_counter(), cpu_seconds(), 0
    while time.perf_counter() - began < config["seconds"]:
        done += len(next(batches))
    return {"images_per_second": done / (time.perf_counter() - began),
            "cpu_milliseconds": (cpu_seconds() - cpu) * 1000 / done}


if __name__ == "__main__":
    torch.set_num_threads(1)
    config = json.loads(sys.stdin.readline())
    batches = endless(config)
    next(batches)
    version = f"PyTorch {torch.__version__}, timm {timm.__version__}, Pillow {PIL.__version__}"
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(json.dumps({"megabytes": [peak_megabytes(process) for process in processes()]}), flush=True)
        else:
            print(json.dumps(measure(batches, config)), flush=True)
    del batches
