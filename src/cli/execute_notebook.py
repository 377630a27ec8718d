"""Executes one notebook headless: python execute_notebook.py KERNEL NOTEBOOK COPY [--timeout SECONDS].

Tells its parent what happens as lines of JSON on standard output (events "cell", "progress", "failed"), writes the executed
copy whether or not it succeeded, and ends, with its kernel, when standard input closes or a signal comes."""

import argparse
import asyncio
import json
import os
import queue
import signal
import sys
import threading
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

SECONDS_BETWEEN_PROGRESS = 0.25
SECONDS_OF_SILENCE = 0.5
INTERRUPTED = 130


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Failure(Exception):
    """A cell that failed: where, and why."""

    def __init__(self, name, reason):
        super().__init__(reason)
        self.name = name


class Runner(NotebookClient):
    """NotebookClient that passes the notebook's own progress on and looks at every reply."""

    last_progress = 0.0
    interrupted = False
    request = None

    def heed_signals(self, task):
        def interrupt():
            self.interrupted = True
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt)

    async def take_late_outputs(self, cell, cell_index):
        """On a busy machine Deno's kernel says that it is idle before it has sent the cell's result."""
        request, asked = self.request, self.kc.kernel_info()
        while True:
            try:
                message = await self.kc.get_iopub_msg(timeout=SECONDS_OF_SILENCE)
            except queue.Empty:
                return
            parent = message["parent_header"].get("msg_id")
            if parent == request:
                super().process_message(message, cell, cell_index)
            elif parent == asked and message["content"].get("execution_state") == "idle" and cell.outputs:
                return

    def process_message(self, message, cell, cell_index):
        self.request = message["parent_header"].get("msg_id")
        if message["msg_type"] in ("display_data", "update_display_data"):
            text = message["content"].get("data", {}).get("text/plain", "")
            if message["content"].get("transient", {}).get("display_id") and self.is_time():
                tell("progress", text=text)
        return super().process_message(message, cell, cell_index)

    def is_time(self):
        now = time.monotonic()
        if now - self.last_progress < SECONDS_BETWEEN_PROGRESS:
            return False
        self.last_progress = now
        return True


def check_reply(cell, cell_index, execute_reply):
    """A syntax error leaves no output in a Deno cell: only the reply says that it failed."""
    content = execute_reply["content"]
    if content["status"] == "ok" or "raises-exception" in cell.metadata.get("tags", []):
        return
    name = content.get("ename") or "error"
    reason = content.get("evalue") or "no message"
    if not any(output.output_type == "error" for output in cell.outputs):
        reason += " (the kernel says no more, as it does for a syntax error in the cell)"
        cell.outputs.append(nbformat.v4.new_output("error", ename=name, evalue=reason, traceback=[]))
    raise Failure(name, reason)


async def run_cells(runner, cells):
    """Runs the code cells in order, up to the first that fails; says which and why."""
    place = {}
    try:
        async with runner.async_setup_kernel():
            runner.heed_signals(asyncio.current_task())
            for number, (index, cell) in enumerate(cells, 1):
                place = {"cell": number, "of": len(cells), "source": cell.source}
                tell("cell", **place)
                await runner.async_execute_cell(cell, index, execution_count=number)
                await runner.take_late_outputs(cell, index)
        return True
    except Failure as failure:
        tell("failed", **place, name=failure.name, reason=str(failure))
    except CellTimeoutError:
        tell("failed", **place, name="timeout", reason=f"the cell ran longer than {runner.timeout} s")
    except DeadKernelError:
        if runner.interrupted:  # nbclient takes a cancelled wait for a dead kernel
            raise asyncio.CancelledError from None
        reason = "the kernel ended while the cell ran (out of memory, a crash in native code, or Deno.exit)"
        tell("failed", **place, name="dead kernel", reason=reason)
    return False


async def execute(notebook, kernel, folder, timeout):
    cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    for _, cell in cells:
        cell.outputs, cell.execution_count = [], None
    runner = Runner(
        notebook,
        kernel_name=kernel,
        resources={"metadata": {"path": folder}},
        timeout=timeout,
        allow_errors=True,  # check_reply decides: it also sees what leaves no output
        record_timing=False,
        shutdown_kernel="immediate",
        on_cell_executed=check_reply,
    )
    return await run_cells(runner, cells)


def without_volatile(notebook):
    """What changes with the clock or the machine goes, so that committed notebooks differ only where their content does."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    return notebook


def write(notebook, path):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    nbformat.write(without_volatile(notebook), temporary)
    os.replace(temporary, path)


def end_with_parent():
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kernel")
    parser.add_argument("notebook")
    parser.add_argument("copy")
    parser.add_argument("--timeout", type=int, default=None, help="seconds that one cell may take; default: no limit")
    options = parser.parse_args()
    threading.Thread(target=end_with_parent, daemon=True).start()
    notebook = nbformat.read(options.notebook, as_version=4)
    folder = os.path.dirname(os.path.abspath(options.notebook))
    try:
        return 0 if await execute(notebook, options.kernel, folder, options.timeout) else 1
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        write(notebook, options.copy)


sys.exit(asyncio.run(main()))
