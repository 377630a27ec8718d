/** Sets variables of the environment, or takes them out, until it is disposed: then they are as they were. */
export function environment(variables: Record<string, string | undefined>): Disposable {
  const set = (values: Iterable<readonly [string, string | undefined]>) => {
    for (const [name, value] of values) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  set(Object.entries(variables));
  return { [Symbol.dispose]: () => set(before) };
}
