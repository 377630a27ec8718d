import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { HostGate } from "../../src/fetch/host_gate.ts";

const { signal } = new AbortController();

Deno.test("no more are under way than allowed: in all, and to each host", async () => {
  const gate = new HostGate(5, 2);
  const inside: string[] = [];
  let [most, mostOfOne] = [0, 0];
  await Promise.all(Array.from({ length: 60 }, (_, i) => {
    const host = ["a", "b", "c", "d"][i % 4];
    return gate.run(host, async () => {
      inside.push(host);
      most = Math.max(most, inside.length);
      mostOfOne = Math.max(mostOfOne, inside.filter((other) => other === host).length);
      await sleep(1);
      inside.splice(inside.indexOf(host), 1);
    }, signal);
  }));
  assert.deepEqual([most, mostOfOne], [5, 2]);
});

Deno.test("who waits for one host takes no place from another", async () => {
  const gate = new HostGate(2, 1);
  const slow = Promise.withResolvers<void>();
  const waiting = Array.from({ length: 5 }, () => gate.run("slow", () => slow.promise, signal));
  assert.equal(await gate.run("quick", () => Promise.resolve("done"), signal), "done");
  slow.resolve();
  await Promise.all(waiting);
});

Deno.test("a closed host lets nobody in before its time, other hosts do", async () => {
  const gate = new HostGate(2, 2);
  gate.close("a", 60);
  const began = performance.now();
  await gate.run("b", () => Promise.resolve(), signal);
  assert.ok(performance.now() - began < 50);
  await gate.run("a", () => Promise.resolve(), signal);
  assert.ok(performance.now() - began >= 55);
});

Deno.test("a failure gives its place back, and so does an end while waiting", async () => {
  const gate = new HostGate(1, 1);
  await assert.rejects(gate.run("a", () => Promise.reject(new Error("no")), signal), /no/);
  const stop = new AbortController();
  gate.close("a", 30);
  const waiting = gate.run("a", () => Promise.resolve(), stop.signal);
  stop.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  await gate.run("a", () => Promise.resolve(), signal);
});
