"""Interrupts a running cell as Jupyter's stop button does. stdin: {"kernel", "cwd", "before", "running", "until", "after"};
interrupts "running" at its first output that contains "until", and again once it has ended, then runs "after". stdout:
{"seconds" from the interrupt to the cell's end, "ename", "evalue", "after": what the last cell printed, or its error}."""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

job = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name=job["kernel"], cwd=job["cwd"], startup_timeout=60)


def messages_of(request):
    """The cell's messages until the kernel is idle again."""
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return
        yield message


try:
    list(messages_of(client.execute(job["before"])))
    request = client.execute(job["running"])
    result = {"ename": None, "evalue": None, "after": ""}
    pressed = None
    for message in messages_of(request):
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
    for message in messages_of(client.execute(job["after"])):
        result["after"] += message["content"].get("text", "") + message["content"].get("evalue", "")
    result["alive"] = manager.is_alive()
    json.dump(result, sys.stdout)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
