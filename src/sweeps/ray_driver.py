"""The side of `deno task sweep --engine ray` that speaks with Ray: experiments as tasks, records as their results.

Reads one line of JSON, see RayJob in ray.ts, and writes lines of JSON, see RayEvent there. Ray schedules, retries and moves the
records; a task starts the project's own program, src/sweeps/worker.ts, and hands on what that says.
"""
import contextlib
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile

import ray
from ray.util.queue import Queue
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as OnNode

# Times that Ray begins a task again whose node or process has died.
RETRIES = 20


class Killed(Exception):
    """The program was ended from outside: for its memory, or by who takes the machine back."""


def node_folder():
    """What a node keeps between tasks: TensorFlow, pools, checkpoints."""
    return os.environ.get("NTD_NODE") or os.path.expanduser("~/.cache/name-that-dataset")


def is_shared(token):
    """Whether the driver's file is seen here, and its lock keeps this process out."""
    try:
        with open(token, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def deno_of(job):
    """How Deno is started here."""
    if os.path.exists(job["deno"]):
        return [job["deno"]]
    if shutil.which("deno"):
        return ["deno"]
    return ["npx", "--yes", "deno"] if shutil.which("npx") else None


@contextlib.contextmanager
def own_cores(count):
    """Keeps this process and its children on cores that no other task of this machine is on, where there are so many."""
    if not hasattr(os, "sched_getaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    folder = os.path.join(tempfile.gettempdir(), f"name-that-dataset-cores-{os.getuid()}")
    os.makedirs(folder, exist_ok=True)
    with contextlib.ExitStack() as held:
        mine = set()
        for core in sorted(before):
            if len(mine) == count:
                break
            file = open(os.path.join(folder, str(core)), "w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine.add(held.enter_context(file) and core)
            except BlockingIOError:
                file.close()
        if 0 < len(mine) == count:
            os.sched_setaffinity(0, mine)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def link(job, project):
    """Takes what a node lacks from the driver's checkout, where that is seen here, else from the node's own folder."""
    for name in [".venv", "node_modules"]:
        target = os.path.join(job["checkout"], name)
        if not os.path.exists(target):
            if name == "node_modules":
                continue  # made by the program, from Deno's cache
            target = os.path.join(node_folder(), name)
            os.makedirs(target, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.symlink(target, os.path.join(project, name))
    data = job["data"] if os.path.exists(job["data"]) else os.path.join(node_folder(), "data")
    return {**os.environ, "NTD_DATA": data, "NO_COLOR": "1"}


def pack(folder):
    """A finished run's files as one tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in sorted(os.listdir(folder)):
            if name not in ("lock", "scratch") and not name.startswith("checkpoint"):
                tar.add(os.path.join(folder, name), arcname=name)
    return buffer.getvalue()


def unpack(archive, folder):
    os.makedirs(folder, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def execute(job, task, queue, *needed):
    """Runs one experiment on a node: {"record": tar} or {"failed": message}."""
    for one in needed:
        if "failed" in one:
            return {"failed": f"an experiment that it needs has failed: {one['failed']}"}
    shared = job["token"]
    if shared and not is_shared(shared):
        return {"failed": f"{job['checkout']} is not shared with {socket.gethostname()}"}
    project = job["checkout"] if shared else os.getcwd()
    runs = job["runs"] if shared else os.path.join(node_folder(), "runs", job["session"])
    for name, one in zip(task["needs"], needed):
        if not shared and one.get("record"):
            unpack(one["record"], os.path.join(runs, name))
    deno = deno_of(job)
    if deno is None:
        return {"failed": f"{socket.gethostname()} has neither Deno nor npx: install one of them there"}
    environment = dict(os.environ) if shared else link(job, project)
    question = {"experiment": task["experiment"], "code": job["code"], "runs": runs}
    with own_cores(task["cpus"]), tempfile.TemporaryFile("w+") as errors:
        program = subprocess.Popen(
            [*deno, "run", "-A", "--no-check", job["worker"]],
            cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
        )
        # Its input stays open: the program ends when this process does, however that ends.
        program.stdin.write(json.dumps(question) + "\n")
        program.stdin.flush()
        said = {}
        for line in program.stdout:
            said = json.loads(line)
            if "progress" in said:
                queue.actor.put_nowait.remote({"event": "progress", "hash": task["hash"], **said})
        code = program.wait()
        errors.seek(0)
        last = errors.read()
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        raise Killed(f"the program was ended by signal {-code}")
    if "failed" in said or code != 0:
        return {"failed": said.get("failed") or (last.strip().splitlines() or [f"exit code {code}"])[-1]}
    folder = os.path.join(runs, task["hash"])
    if shared:
        return {}
    record = pack(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return {"record": record}


def look(job):
    """What the driver has to know of a node before anything runs there."""
    return {
        "host": socket.gethostname(),
        "shared": is_shared(job["token"]) if job["token"] else None,
        "deno": deno_of(job) is not None,
    }


def reach(address):
    """Fails in seconds where nobody answers; Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if address in ("auto", "local"):
        return
    if not host or not port.isdigit():
        raise ValueError(f"{address} is no address: give HOST:PORT, ray://HOST:PORT or auto")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise ConnectionError(f"nobody answers at {address} ({error})") from error


def nodes_of(job):
    """Nodes with processors, checked."""
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    if not nodes:
        raise RuntimeError("the cluster has no node with a processor")
    looking = ray.remote(num_cpus=0)(look)
    seen = ray.get([
        looking.options(scheduling_strategy=OnNode(node["NodeID"], soft=False)).remote(job) for node in nodes
    ], timeout=120)
    for node in seen:
        if node["shared"] is False:
            raise RuntimeError(
                f"--shared: {job['runs']} is not shared with {node['host']}, or its file system has no locks between machines. "
                "Leave --shared out: records then come back by themselves"
            )
        if not node["deno"]:
            raise RuntimeError(f"{node['host']} has neither Deno nor npx: install one of them there")
    return nodes


def resources(task, nodes):
    """A task's needs, no more than the largest node has: what fits nowhere would wait for ever."""
    most = lambda name: max(node["Resources"].get(name, 0) for node in nodes)
    gpus = 1 if task["network"] and most("GPU") >= 1 else 0
    beside = most("CPU") // most("GPU") if gpus else 1
    cpus = min(task["cpus"] or max(1, beside), most("CPU"))
    return {"num_cpus": cpus, "num_gpus": gpus, "memory": int(min(task["memory"], most("memory")))}


def main(job, say):
    if job["address"]:
        reach(job["address"])
    files = None if job["token"] else {"working_dir": job["project"]}
    ray.init(address=job["address"], runtime_env=files, include_dashboard=None if job["address"] else False, log_to_driver=False)
    nodes = nodes_of(job)
    say({"event": "begun", "nodes": len(nodes), "cpus": int(sum(node["Resources"]["CPU"] for node in nodes))})
    here = OnNode(ray.get_runtime_context().get_node_id(), soft=True)
    queue = Queue(actor_options={"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": here})
    remote = ray.remote(max_retries=RETRIES, retry_exceptions=[Killed])(execute)
    results = {name: ray.put({"record": pack(path)} if not job["token"] else {}) for name, path in job["held"].items()}
    pending = {}
    for task in job["tasks"]:  # those that others need come first
        wanted = resources(task, nodes)
        needed = [results[name] for name in task["needs"]]
        spec = {**task, "cpus": int(wanted["num_cpus"])}
        results[task["hash"]] = ref = remote.options(name=task["label"], **wanted).remote(job, spec, queue, *needed)
        pending[ref] = task["hash"]
    while pending:
        done, _ = ray.wait(list(pending), num_returns=len(pending), timeout=0.25)
        with contextlib.suppress(ray.exceptions.RayError):
            for event in queue.get_nowait_batch(queue.qsize()):
                say(event)
        for ref in done:
            name = pending.pop(ref)
            try:
                outcome = ray.get(ref)
            except ray.exceptions.RayError as error:
                outcome = {"failed": str(error).strip().splitlines()[-1]}
            if "failed" in outcome:
                say({"event": "failed", "hash": name, "message": outcome["failed"]})
                continue
            path = None
            if not job["token"]:
                path = os.path.join(job["incoming"], name)
                unpack(outcome["record"], path)
            say({"event": "record", "hash": name, "path": path})


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Ray's own words are no events
    write = lambda event: print(json.dumps(event), file=out)
    try:
        main(json.loads(sys.stdin.readline()), write)
    except Exception as fault:  # noqa: BLE001 -- whatever it is, its words belong to the driver
        write({"event": "fault", "message": f"{fault}" or type(fault).__name__})
        sys.exit(1)
