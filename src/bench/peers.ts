/** The Python packages that benchmarks compare with. It needs no package itself: `--help` shows it. */
import { findOwnPython, type OwnPackage } from "../setup/mod.ts";

/** PyTorch, with the version of README's figures. */
export const PYTORCH: OwnPackage = {
  variable: "NTD_PYTORCH",
  environment: ".venv-pytorch",
  module: "torch",
  packages: ["torch==2.13.0", "numpy"],
  takes: "a few minutes, about 1000 MB",
};

/** timm beside that PyTorch. No benchmark installs it: it is asked for where it is. */
export const TIMM: OwnPackage = {
  ...PYTORCH,
  module: "timm",
  packages: ["timm", "torchvision", "torch==2.13.0"],
};

export const IMG2DATASET: OwnPackage = {
  variable: "NTD_IMG2DATASET",
  environment: ".venv-img2dataset",
  module: "img2dataset",
  packages: ["img2dataset==1.47.0"],
  takes: "a minute or two, about 800 MB",
};

export const ALIBI_DETECT: OwnPackage = {
  variable: "NTD_ALIBI_DETECT",
  environment: ".venv-alibi-detect",
  module: "alibi_detect",
  packages: ["alibi-detect==0.13.0", "torch==2.13.0"],
  takes: "a few minutes, about 1900 MB, and more where pip takes a PyTorch for cards",
};

/** A Python with a peer; undefined, with a line on standard error, where it cannot be installed. */
export async function findPeer(peer: OwnPackage): Promise<string | undefined> {
  try {
    return await findOwnPython(peer);
  } catch (error) {
    console.error(`Without ${peer.packages[0].split("==")[0]}: ${(error as Error).message}`);
    return undefined;
  }
}
