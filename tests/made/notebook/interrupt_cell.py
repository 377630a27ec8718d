"""Interrupts a running cell as Jupyter's stop button does. stdin: {"kernel", "cwd", "before", "running", "until", "after"};
interrupts "running" at its first output that contains "until", and again once it has ended, then runs "after". stdout:
{"seconds" from the interrupt to the cell's end, "ename", "evalue", "after": the last cell's value, or its error}."""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

job = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name=job["kernel"], cwd=job["cwd"], startup_timeout=60)


def messages_of(request, *lasting):
    """The cell's messages until the kernel is idle again and one of the types lasting has come.

    On a busy machine Deno's kernel may send a cell's value or error after the news that it is idle."""
    is_idle, is_lacking = False, bool(lasting)
    while is_lacking or not is_idle:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        is_idle |= message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        is_lacking &= message["msg_type"] not in lasting
        yield message


try:
    list(messages_of(client.execute(job["before"])))
    request = client.execute(job["running"])
    result = {"ename": None, "evalue": None}
    pressed = None
    for message in messages_of(request, "error"):
        is_output = message["msg_type"] in ("stream", "display_data", "update_display_data")
        if pressed is None and is_output and job["until"] in json.dumps(message["content"]):
            pressed = time.monotonic()
            manager.interrupt_kernel()
        if message["msg_type"] == "error":
            result.update(ename=message["content"]["ename"], evalue=message["content"]["evalue"])
    if pressed is None:
        raise SystemExit(f"the cell ended without an output that contains {job['until']!r}: {result}")
    result["seconds"] = time.monotonic() - pressed
    manager.interrupt_kernel()
    for message in messages_of(client.execute(job["after"]), "execute_result", "error"):
        if message["msg_type"] in ("execute_result", "error"):
            content = message["content"]
            result["after"] = content.get("evalue") or content["data"]["text/plain"]
    result["alive"] = manager.is_alive()
    json.dump(result, sys.stdout)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
