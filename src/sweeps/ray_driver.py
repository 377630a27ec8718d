"""The side of `--engine ray` that speaks with Ray: tasks of the project's own program, whose folders are their results.

Reads lines of JSON: the job and its tasks, see ray.ts, then {"end": true}. Writes lines of JSON, see RayEvent there. Ray schedules,
retries and moves what comes back; a task hands its question to src/sweeps/worker.ts, and hands on what that says. Where the input ends,
whoever asked is gone, and this process ends with its tasks.
"""
import contextlib
import fcntl
import hashlib
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
import threading
from queue import Empty, SimpleQueue

import ray
from ray.util.queue import Queue
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as OnNode

# Times that Ray begins a task again whose node or process has died.
RETRIES = 20


class Killed(Exception):
    """The program was ended from outside: for its memory, or by who takes the machine back."""


def node_folder():
    """What a node keeps between tasks: TensorFlow, pools, checkpoints, images."""
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
def own_cores(count, first):
    """So many cores that no other task of this machine is on, where there are so many, else all; those in `first` before others."""
    if not hasattr(os, "sched_getaffinity"):
        yield None
        return
    cores = os.sched_getaffinity(0)
    folder = os.path.join(tempfile.gettempdir(), f"name-that-dataset-cores-{os.getuid()}")
    os.makedirs(folder, exist_ok=True)
    with contextlib.ExitStack() as held:
        mine = set()
        for core in sorted(cores, key=lambda core: (core not in first, core)):
            if len(mine) == count:
                break
            file = open(os.path.join(folder, str(core)), "w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine.add(held.enter_context(file) and core)
            except BlockingIOError:
                file.close()
        yield mine if 0 < len(mine) == count else cores


def project_of(job):
    """The project's files on this node, by their hash: they are brought once, and never change. Ray's own working_dir is unpacked
    anew, under those who are at work in it, by each further node of one machine."""
    folder = os.path.join(node_folder(), "projects", job["version"])
    if not os.path.exists(folder):
        unpack(ray.get(job["project"]), folder)
    return folder


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
    """A finished task's files as one tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in sorted(os.listdir(folder)):
            if name not in ("lock", "scratch") and not name.startswith("checkpoint"):
                tar.add(os.path.join(folder, name), arcname=name)
    return buffer.getvalue()


def pack_project(job):
    """The files of the project as one tar, which is the same for the same files."""
    def plain(entry):
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return None if entry.name.endswith("__pycache__") else entry

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as tar:
        for name in job["files"]:
            tar.add(os.path.join(job["checkout"], name), arcname=name, filter=plain)
    return buffer.getvalue()


def unpack(archive, folder, over=False):
    """Unpacks a tar into a folder that is there once it is whole. One that is there stays, or gets the files, too."""
    parent, name = os.path.split(folder)
    os.makedirs(parent, exist_ok=True)
    partial = tempfile.mkdtemp(dir=parent, prefix=f".{name}-")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Python before 3.11.4, as Debian 12's, knows no filters; what is unpacked was packed by this program.
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        tar.extractall(partial)
    try:
        os.rename(partial, folder)
    except OSError:
        if not os.path.exists(folder):
            raise
        if over:
            shutil.copytree(partial, folder, dirs_exist_ok=True)
        shutil.rmtree(partial)


class Program:
    """The project's program, which answers one task after another. It ends when this process does, however that ends."""

    def __init__(self, command, project, environment, cores):
        self.key = (project, environment, cores)
        self.cores = cores or set()
        self.errors = tempfile.TemporaryFile("w+")
        before = os.sched_getaffinity(0) if cores else None
        try:
            if cores:
                os.sched_setaffinity(0, cores)
            self.process = subprocess.Popen(
                command, cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            )
        finally:
            if before:
                os.sched_setaffinity(0, before)

    def ask(self, question, progress):
        """The answer's last line; {"failed": message} where the program has ended without one."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        for line in self.process.stdout:
            said = json.loads(line)
            if "progress" not in said:
                return said
            progress(said)
        code = self.process.wait()
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            raise Killed(f"the program was ended by signal {-code}")
        self.errors.seek(0)
        return {"failed": (self.errors.read().strip().splitlines() or [f"exit code {code}"])[-1]}

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


# The program that stays for the next task of this process of Ray's. Tasks with a card have a process each, by Ray's default.
warm = {}


def program_for(command, project, environment, cores):
    one = warm.pop("program", None)
    if one and (one.process.poll() is not None or one.key != (project, environment, cores)):
        one.end()
        one = None
    warm["program"] = one or Program(command, project, environment, cores)
    return warm["program"]


def execute(job, task, queue, *needed):
    """Does one task on a node: {"archive": tar, "sha256": of it, "said": answer} or {"failed": message}."""
    for one in needed:
        if "failed" in one:
            return {"failed": f"an experiment that it needs has failed: {one['failed']}"}
    shared = job["token"]
    if shared and not is_shared(shared):
        return {"failed": f"{job['checkout']} is not shared with {socket.gethostname()}"}
    project = job["checkout"] if shared else project_of(job)
    root = job["root"] if shared else os.path.join(node_folder(), job["session"])
    for name, one in zip(task["needs"], needed):
        if "archive" in one:
            unpack(one["archive"], os.path.join(root, name), over=True)
    deno = deno_of(job)
    if deno is None:
        return {"failed": f"{socket.gethostname()} has neither Deno nor npx: install one of them there"}
    environment = dict(os.environ) if shared else link(job, project)
    before = warm.get("program")
    with own_cores(task["cpus"], before.cores if before else ()) as cores:
        program = program_for([*deno, "run", "-A", "--no-check", job["worker"]], project, environment, cores)
        tell = lambda said: queue.actor.put_nowait.remote({"event": "progress", "name": task["name"], **said})
        said = program.ask({**task["question"], "root": root, "name": task["name"]}, tell)
    if "failed" in said or shared:
        return said if "failed" in said else {"said": said}
    folder = os.path.join(root, task["name"])
    archive = pack(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return {"archive": archive, "sha256": hashlib.sha256(archive).hexdigest(), "said": said}


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
                f"--shared: {job['root']} is not shared with {node['host']}, or its file system has no locks between machines. "
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


def read(lines, tasks):
    """Hands on the lines of the input; where it ends, this process does."""
    for line in lines:
        tasks.put(json.loads(line))
    os.kill(os.getpid(), signal.SIGTERM)


class Work:
    """The tasks that are under way."""

    def __init__(self, job, say):
        self.job, self.say = job, say
        self.nodes = nodes_of(job)
        here = OnNode(ray.get_runtime_context().get_node_id(), soft=True)
        self.queue = Queue(actor_options={"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": here})
        self.remote = ray.remote(max_retries=RETRIES, retry_exceptions=[Killed])(execute)
        self.shipped = ray.put(job)
        held = job["held"].items()
        self.results = {name: ray.put({"archive": pack(path)} if not job["token"] else {}) for name, path in held}
        self.pending = {}

    def begin(self, task):
        wanted = resources(task, self.nodes)
        spec = {**task, "cpus": int(wanted["num_cpus"])}
        needed = [self.results[name] for name in task["needs"]]
        ref = self.remote.options(name=task["label"], **wanted).remote(self.shipped, spec, self.queue, *needed)
        if task["isNeeded"]:
            self.results[task["name"]] = ref  # Ray keeps what is held here
        self.pending[ref] = task["name"]

    def take(self, timeout):
        """Says what has happened, after so many seconds at most."""
        done, _ = ray.wait(list(self.pending), num_returns=1, timeout=timeout)
        if done:  # and all others that are ready by now
            done, _ = ray.wait(list(self.pending), num_returns=len(self.pending), timeout=0)
        with contextlib.suppress(ray.exceptions.RayError):
            for event in self.queue.get_nowait_batch(self.queue.qsize()):
                self.say(event)
        for ref in done:
            name = self.pending.pop(ref)
            try:
                self.finish(name, ray.get(ref))
            except ray.exceptions.RayError as error:
                lines = [line for line in str(error).splitlines() if line.strip()]
                self.finish(name, {"failed": " … ".join(dict.fromkeys([lines[0], lines[-1]]))})

    def finish(self, name, outcome):
        if "failed" in outcome:
            return self.say({"event": "failed", "name": name, "message": outcome["failed"]})
        path = None
        if "archive" in outcome:
            if hashlib.sha256(outcome["archive"]).hexdigest() != outcome["sha256"]:
                return self.say({"event": "failed", "name": name, "message": "what came back is not what was sent: its checksum differs"})
            path = os.path.join(self.job["incoming"], name)
            unpack(outcome["archive"], path)
        self.say({"event": "done", "name": name, "path": path, "said": outcome["said"]})


def main(tasks, say):
    job = tasks.get()
    if job["address"]:
        reach(job["address"])
    # Without an address Ray would join any cluster that has been begun on this machine.
    ray.init(address=job["address"] or "local", include_dashboard=None if job["address"] else False, log_to_driver=False)
    if not job["token"]:
        project = pack_project(job)
        job |= {"project": ray.put(project), "version": hashlib.sha256(project).hexdigest()}
    work = Work(job, say)
    say({"event": "begun", "cpus": [int(node["Resources"]["CPU"]) for node in work.nodes]})
    are_all = False
    while work.pending or not are_all:
        with contextlib.suppress(Empty):
            while not are_all:
                task = tasks.get(timeout=0 if work.pending else 1)
                are_all = "end" in task
                if not are_all:
                    work.begin(task)
        if work.pending:
            work.take(0.25)


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Ray's own words are no events
    write = lambda event: print(json.dumps(event), file=out)
    given = SimpleQueue()
    threading.Thread(target=read, args=(sys.stdin, given), daemon=True).start()
    try:
        main(given, write)
    except Exception as fault:  # noqa: BLE001 -- whatever it is, its words belong to the driver
        write({"event": "fault", "message": f"{fault}" or type(fault).__name__})
        sys.exit(1)
