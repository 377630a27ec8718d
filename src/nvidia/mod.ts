/** NVIDIA's driver: what it shows, and whether the pinned TensorFlow runs on it. */
export { type Driver, type Gpu, LIBCUDA, readDriver } from "./driver.ts";
export { usable, type UsableGpu } from "./usable.ts";
