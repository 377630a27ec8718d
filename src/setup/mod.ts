/** Set-up: installs what a clean clone lacks. */
export { ensureSetup, venvPython } from "./ensure_setup.ts";
export { KERNEL_NAME } from "./kernel_spec.ts";
export { SetupError } from "./machine.ts";
export { findOwnPython, installCommand, knownOwnPython, type OwnPackage, RAY } from "./own_python.ts";
