/** NVIDIA's driver: what it shows, and whether the pinned TensorFlow runs on it. */
export { type Driver, readDriver, readMachine, usable, type UsableGpu } from "./driver.ts";
