"""Runs a Python module, as `python -m`, or a program by its path, and ends with whoever started it: standard input is a pipe from the
parent, and when the parent dies, by whatever signal, the pipe closes. Without this a killed set-up would leave a pip behind that still
writes."""

import os
import runpy
import subprocess
import sys
import threading

program = None


def end_with_parent():
    while os.read(0, 4096):  # not sys.stdin: its lock would be held at the interpreter's end
        pass
    if program:
        program.kill()
    os._exit(1)


sys.argv = sys.argv[1:]
if os.sep in sys.argv[0]:
    program = subprocess.Popen(sys.argv, stdin=subprocess.DEVNULL)
threading.Thread(target=end_with_parent, daemon=True).start()
if program:
    sys.exit(program.wait())
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
