import { setTimeout as sleep } from "node:timers/promises";

/** Lets a limited number in; the others wait in the order in which they came. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

interface Host {
  places: Places;
  /** How many are inside or wait. */
  visitors: number;
  /** Nobody is let in before this time, ms of the epoch. */
  closedUntil: number;
}

/** How many requests are under way: in all, and to each host. */
export class HostGate {
  readonly #all: Places;
  readonly #hosts = new Map<string, Host>();

  constructor(concurrency: number, readonly perHost: number) {
    this.#all = new Places(concurrency);
  }

  /** Does the work when it is the host's turn. One who waits for a host takes no place from the others. */
  async run<T>(name: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const host = this.#host(name);
    host.visitors++;
    await host.places.enter();
    try {
      while (host.closedUntil > Date.now()) await sleep(host.closedUntil - Date.now(), undefined, { signal });
      await this.#all.enter();
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        this.#all.leave();
      }
    } finally {
      host.places.leave();
      if (--host.visitors === 0 && host.closedUntil <= Date.now()) this.#hosts.delete(name);
    }
  }

  /** Lets nobody to the host for so long, ms. */
  close(name: string, ms: number): void {
    const host = this.#host(name);
    host.closedUntil = Math.max(host.closedUntil, Date.now() + ms);
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name);
    if (known) return known;
    const host = { places: new Places(this.perHost), visitors: 0, closedUntil: 0 };
    this.#hosts.set(name, host);
    return host;
  }
}
