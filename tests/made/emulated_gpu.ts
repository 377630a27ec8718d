/** Stands in for a GPU: what is computed in another way there is computed so here, on the processor. */
import { nativeBackend } from "../../src/tensorflow/backend.ts";

/** Runs `body` with the engine taking itself for one on a GPU. Nothing traced before may be called in it. */
export async function asOnGpu(body: () => unknown): Promise<void> {
  const { devices } = nativeBackend()!.binding;
  devices.push({ ...devices[0], type: "GPU" });
  try {
    await body();
  } finally {
    devices.pop();
  }
}
