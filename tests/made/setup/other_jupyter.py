"""A Jupyter that is not the project's: prints the kernels that it finds and, by the named one, runs a cell beside the notebooks.

    python other_jupyter.py KERNEL FOLDER
"""

import json
import sys

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

kernel, folder = sys.argv[1:]
found = sorted(KernelSpecManager(ensure_native_kernel=False).find_kernel_specs())
answer = {"found": found}
if kernel in found:
    manager, client = start_new_kernel(kernel_name=kernel, cwd=folder, startup_timeout=120)
    said = []
    reply = client.execute_interactive(
        'import { repositoryRoot } from "~/disk/mod.ts"; repositoryRoot',
        timeout=120,
        output_hook=lambda message: said.append(json.dumps(message["content"])),
    )
    answer |= {"status": reply["content"]["status"], "said": said}
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps(answer))
