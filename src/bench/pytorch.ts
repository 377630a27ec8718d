import { findPeer } from "./peer_python.ts";

/** A Python with PyTorch, in the version that the figures in README were measured with, or another that `NTD_PYTORCH` names. */
export function findPyTorch(): Promise<string> {
  return findPeer({
    variable: "NTD_PYTORCH",
    environment: ".venv-pytorch",
    module: "torch",
    packages: ["torch==2.13.0", "numpy"],
    takes: "a few minutes, about 1 GB",
  });
}
