"""Executes one notebook headless:
python execute_notebook.py KERNEL NOTEBOOK COPY [--timeout SECONDS] [--shows 1,3] [--made-by JSON].

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
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError

SECONDS_BETWEEN_PROGRESS = 0.25
SECONDS_OF_SILENCE = 0.5
MOST_SECONDS_OF_LATE_OUTPUTS = 10
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

    async def take_late_outputs(self, cell, cell_index, is_bound_to_show):
        """On a busy machine Deno's kernel says that it is idle before it has sent the cell's last outputs.

        Waits until the cell's result is there, or nothing has come for a while: all of the time for a cell that is bound to
        show something and has not. A cell whose timers go on and on cannot hold it longer."""
        request, asked = self.request, self.kc.kernel_info()
        end = time.monotonic() + MOST_SECONDS_OF_LATE_OUTPUTS
        while (left := end - time.monotonic()) > 0:
            is_lacking = is_bound_to_show and not cell.outputs
            try:
                message = await self.kc.get_iopub_msg(timeout=left if is_lacking else min(left, SECONDS_OF_SILENCE))
            except queue.Empty:
                return
            parent = message["parent_header"].get("msg_id")
            if parent == request:
                try:
                    super().process_message(message, cell, cell_index)
                except CellExecutionComplete:  # the news that the cell is idle may be late, too
                    pass
            elif parent == asked and message["content"].get("execution_state") == "idle" and has_ended(cell):
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


def has_ended(cell):
    """A result and an error are the last that a cell puts out."""
    return any(output.output_type in ("execute_result", "error") for output in cell.outputs)


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


async def run_cells(runner, cells, showing):
    """Runs the code cells in order, up to the first that fails; says which and why. Late outputs of those whose numbers are
    in showing are waited for longer."""
    place = {}
    try:
        async with runner.async_setup_kernel():
            runner.heed_signals(asyncio.current_task())
            for number, (index, cell) in enumerate(cells, 1):
                place = {"cell": number, "of": len(cells), "source": cell.source}
                tell("cell", **place)
                await runner.async_execute_cell(cell, index, execution_count=number)
                await runner.take_late_outputs(cell, index, number in showing)
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


async def execute(notebook, kernel, folder, timeout, showing):
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
    return await run_cells(runner, cells, showing)


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
    parser.add_argument("--shows", default="", help="numbers of the code cells that are bound to show something, from 1")
    parser.add_argument("--made-by", type=json.loads, default=None, help="what the copy's metadata say that made it")
    options = parser.parse_args()
    threading.Thread(target=end_with_parent, daemon=True).start()
    notebook = nbformat.read(options.notebook, as_version=4)
    if options.made_by:
        notebook.metadata["ntd"] = options.made_by
    folder = os.path.dirname(os.path.abspath(options.notebook))
    showing = {int(number) for number in options.shows.split(",") if number}
    try:
        return 0 if await execute(notebook, options.kernel, folder, options.timeout, showing) else 1
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        write(notebook, options.copy)


sys.exit(asyncio.run(main()))
