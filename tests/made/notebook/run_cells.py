"""Runs cells in a kernel as `jupyter execute` does. stdin: {"kernel": name, "cwd": folder, "cells": [source]};
stdout: {"replies": [status of each cell], "outputs": [outputs of each cell]}."""
import json
import sys

import nbformat
from nbclient import NotebookClient

job = json.load(sys.stdin)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in job["cells"]])
replies = []
client = NotebookClient(
    notebook,
    kernel_name=job["kernel"],
    timeout=120,
    allow_errors=True,
    resources={"metadata": {"path": job["cwd"]}},
    on_cell_executed=lambda cell, cell_index, execute_reply: replies.append(execute_reply["content"]["status"]),
)
client.execute()
json.dump({"replies": replies, "outputs": [cell.outputs for cell in notebook.cells]}, sys.stdout)
