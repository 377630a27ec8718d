"""Runs a command at a terminal and types an answer to its question. Arguments: question, answer, command …

Prints what the terminal has shown and ends with the command's exit code.
"""
import os
import pty
import sys

question, answer, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown = b""
answered = False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:  # Linux, once the other end is closed
        break
    if not part:
        break
    shown += part
    if not answered and question.encode() in shown:
        answered = True
        os.write(terminal, answer.encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
