/** The wheels that a machine needs, from the facts about it. */
import { type Machine, PYTHON_RANGE, pythonFits, SetupError } from "./machine.ts";

/** One call of pip. */
export interface PipInstall {
  /** The packages in words. */
  what: string;
  requirements: string[];
  /** False for wheels of which only the native library is used: their Python dependencies are left out. */
  dependencies: boolean;
}

/** A line of requirements.txt: `name[extras]==version ; marker`. */
interface Requirement {
  name: string;
  version: string;
}

/**
 * The pinned requirements of a requirements.txt, without their environment markers.
 *
 * @throws {Error} naming a line that is not an exact pin
 */
export function parseRequirements(text: string): Requirement[] {
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  return lines.map((line) => {
    const pin = line.match(/^([\w.-]+)==([\w.]+)\s*(;.*)?$/);
    if (!pin) throw new Error(`requirements.txt: "${line}" is not an exact pin (name==version).`);
    return { name: pin[1], version: pin[2] };
  });
}

/** The TensorFlow package for a machine, or the sentence that says why there is none. */
function tensorflowPackage({ os, arch, gpu }: Machine): string {
  if (os === "linux" && arch === "x86_64" && gpu) return "tensorflow[and-cuda]";
  if (os === "linux" && arch === "x86_64") return "tensorflow-cpu";
  if (os === "linux" || (os === "darwin" && arch === "aarch64")) return "tensorflow";
  if (os === "windows") {
    throw new SetupError(
      "On Windows this project runs in WSL, since there is no native TensorFlow library for Windows that it could use: " +
        "install WSL (`wsl --install`) and run the same command in its terminal.",
    );
  }
  throw new SetupError(
    `There is no native TensorFlow for ${os} on ${arch}: use Linux (x86-64 or arm64), a Mac with Apple silicon, or WSL.`,
  );
}

/**
 * The calls of pip that fill `.venv` on a machine. The CPU wheels come without their Python dependencies (the
 * project loads their native library from Deno: 12 s instead of 30 s, and 200 MB less); the CUDA libraries
 * are dependencies, so they come with: on x86-64, since the wheel for arm64 has no CUDA.
 *
 * @param text contents of requirements.txt
 * @param withTensorFlow false where another TensorFlow is to be used
 * @throws {SetupError} one sentence, where no wheel fits
 */
export function resolveInstalls(text: string, machine: Machine, withTensorFlow = true): PipInstall[] {
  const pins = parseRequirements(text);
  const isTensorFlow = ({ name }: Requirement) => name.startsWith("tensorflow");
  const jupyter: PipInstall = {
    what: "JupyterLab, its plotly renderer and the notebook runner",
    requirements: pins.filter((pin) => !isTensorFlow(pin)).map(({ name, version }) => `${name}==${version}`),
    dependencies: true,
  };
  if (!withTensorFlow) return [jupyter];
  const wheel = tensorflowPackage(machine);
  if (!pythonFits(machine.python)) {
    throw new SetupError(
      `TensorFlow has no wheel for Python ${machine.python.join(".")}: install a Python from ` +
        `${PYTHON_RANGE} and run the same command again.`,
    );
  }
  const version = pins.find(isTensorFlow)?.version;
  if (!version) throw new Error("requirements.txt pins no tensorflow.");
  const hasCuda = wheel.includes("cuda");
  const oldCudnn = hasCuda && machine.gpu?.cudnnBelow;
  return [jupyter, {
    what: `native TensorFlow ${version}${hasCuda ? " for NVIDIA GPUs" : ""}`,
    requirements: [`${wheel}==${version}`, ...oldCudnn ? [`nvidia-cudnn-cu12<${oldCudnn}`] : []],
    dependencies: hasCuda,
  }];
}

/** Gigabytes that the calls of pip write, temporary files included. CUDA's wheels are 3.4 GB of them. */
export function gigabytesFor(installs: readonly PipInstall[]): number {
  const sizes = installs.map(({ requirements }) => {
    const [first] = requirements;
    if (first.startsWith("tensorflow[and-cuda]")) return 13;
    return first.startsWith("tensorflow") ? 2 : 0.5;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** TensorFlow's packages. They share a folder: were one to come over another, pip would know of both. */
const TENSORFLOW_PACKAGES = ["tensorflow", "tensorflow-cpu"];

/**
 * The packages that have to go before this one comes: where there is another TensorFlow, all of them.
 *
 * @param files names of what is in site-packages
 * @param requirement what pip is to install
 */
export function inTheWay(files: readonly string[], requirement: string): string[] {
  const [wanted] = requirement.match(/^[\w-]+/)!;
  const installed = TENSORFLOW_PACKAGES.filter((name) =>
    files.some((file) => file.startsWith(`${name.replaceAll("-", "_")}-`) && file.endsWith(".dist-info"))
  );
  const isOther = TENSORFLOW_PACKAGES.includes(wanted) && installed.some((name) => name !== wanted);
  return isOther ? installed : [];
}
