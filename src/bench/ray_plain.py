"""Plain tasks of Ray that do nothing, each with all processors: reads their number, says the seconds from the first's end to the last's."""
import os
import sys
import time

import ray

tasks = int(sys.stdin.readline())
cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
out = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # Ray's own words are no answer
ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False)
nothing = ray.remote(num_cpus=cpus)(lambda: None)
first, *others = [nothing.remote() for _ in range(tasks)]
ray.get(first)
began = time.monotonic()
ray.get(others)
print(time.monotonic() - began, file=out)
