/**
 * A program that fills 100 MB and uses so many milliseconds of processor time, in so many processes, each the
 * child of the one before; with none it waits for the end of its input.
 */
import process from "node:process";

const [processes, milliseconds] = Deno.args.map(Number);
if (processes === 0) { for await (const _ of Deno.stdin.readable); }
else {
  const memory = new Uint8Array(100e6).fill(1);
  const args = ["run", "-A", "--no-check", import.meta.filename!, `${processes - 1}`, `${milliseconds}`];
  const child = processes > 1 ? new Deno.Command(Deno.execPath(), { args }).spawn() : undefined;
  for (let i = 0; process.cpuUsage().user < 1000 * milliseconds; i++) memory[i % memory.length]++;
  await child?.status;
}
