/** An assembler of the part of WebAssembly's text format that src/images uses: functions in folded form, one memory, SIMD. */

type Expression = string | Expression[];

/** Opcodes by name; of loads and stores also the alignment that goes without saying, as a power of two. */
const OPCODES: Record<string, number> = {
  "select": 0x1b,
  "i32.eq": 0x46,
  "i32.lt_u": 0x49,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.shl": 0x74,
};
const LOCALS: Record<string, number> = { "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22 };
const SIMD: Record<string, number> = {
  "i8x16.swizzle": 0x0e,
  "i8x16.narrow_i16x8_u": 0x66,
  "i16x8.narrow_i32x4_s": 0x85,
  "i16x8.extend_low_i8x16_u": 0x89,
  "i16x8.extend_high_i8x16_u": 0x8a,
  "i32x4.shl": 0xab,
  "i32x4.shr_s": 0xac,
  "i32x4.add": 0xae,
  "i32x4.dot_i16x8_s": 0xba,
};
const MEMORY: Record<string, [opcode: number[], align: number]> = {
  "i32.load": [[0x28], 2],
  "v128.load": [[0xfd, 0x00], 4],
  "v128.load32_splat": [[0xfd, 0x09], 2],
  "v128.load64_zero": [[0xfd, 0x5d], 3],
  "v128.store": [[0xfd, 0x0b], 4],
  "v128.store32_lane": [[0xfd, 0x5a], 2],
};
const TYPES: Record<string, number> = { i32: 0x7f, v128: 0x7b };

/** The module's bytes, with no section of names. */
export function assembled(text: string): Uint8Array {
  const [, ...fields] = parse(text) as Expression[][];
  const memory = fields.find(([kind]) => kind === "memory")!;
  const functions = fields.filter(([kind]) => kind === "func").map(readFunction);
  return Uint8Array.from([
    ...[0, ...new TextEncoder().encode("asm"), 1, 0, 0, 0],
    ...section(1, functions.map(({ types }) => [0x60, ...vector(types.map((type) => [type])), 0])),
    ...section(3, functions.map((_, i) => unsigned(i))),
    ...section(5, [[0, ...unsigned(Number(memory[2]))]]),
    ...section(7, [
      [...name(memory[1]), 2, 0],
      ...functions.map(({ exported }, i) => [...exported, 0, ...unsigned(i)]),
    ]),
    ...section(10, functions.map(({ code }) => [...unsigned(code.length), ...code])),
  ]);
}

function parse(text: string): Expression {
  const open: Expression[][] = [[]];
  for (const [token] of text.replaceAll(/;;.*/g, "").matchAll(/[()]|[^\s()]+/g)) {
    if (token === "(") open.push([]);
    else if (token === ")") open.at(-2)!.push(open.pop()!);
    else open.at(-1)!.push(token);
  }
  return open[0][0];
}

function readFunction([, exported, ...rest]: Expression[]) {
  const declared = (kind: string) => (rest as string[][]).filter((part) => part[0] === kind);
  const [parameters, locals] = [declared("param"), declared("local")];
  const names = [...parameters, ...locals].map(([, local]) => local);
  const body = (rest as string[][]).filter(([kind]) => kind !== "param" && kind !== "local");
  const types = locals.map(([, , type]) => TYPES[type]);
  const code = [...vector(runs(types)), ...body.flatMap((part) => instruction(part, names, [])), 0x0b];
  return { exported: name(exported), types: parameters.map(([, , type]) => TYPES[type]), code };
}

/** How many values follow one another that are the same, and the value. */
function runs(values: number[]): number[][] {
  const found: [count: number, value: number][] = [];
  for (const value of values) {
    if (found.at(-1)?.[1] === value) found.at(-1)![0]++;
    else found.push([1, value]);
  }
  return found.map(([count, value]) => [...unsigned(count), value]);
}

/** An instruction after those that make its operands. */
function instruction([op, ...rest]: Expression[], names: string[], labels: string[]): number[] {
  const given = rest.filter((part) => typeof part === "string");
  if (op === "loop") {
    const inside = [given[0], ...labels];
    const body = rest.slice(1).flatMap((part) => instruction(part as Expression[], names, inside));
    return [0x03, 0x40, ...body, 0x0b];
  }
  const operands = rest.filter((part) => typeof part !== "string")
    .flatMap((part) => instruction(part, names, labels));
  return [...operands, ...encoded(op as string, given, names, labels)];
}

function encoded(op: string, given: string[], names: string[], labels: string[]): number[] {
  if (op in OPCODES) return [OPCODES[op]];
  if (op in LOCALS) return [LOCALS[op], ...unsigned(known(names, given[0]))];
  if (op in SIMD) return [0xfd, ...unsigned(SIMD[op])];
  if (op in MEMORY) {
    const [[opcode, align], offset] = [MEMORY[op], given[0]?.match(/^offset=(\d+)$/)?.[1]];
    const lane = given.slice(offset === undefined ? 0 : 1).map(Number);
    return [...opcode, align, ...unsigned(Number(offset ?? 0)), ...lane];
  }
  if (op === "br_if") return [0x0d, ...unsigned(known(labels, given[0]))];
  if (op === "i32.const") return [0x41, ...signed(Number(given[0]))];
  if (op === "i8x16.shuffle") return [0xfd, 0x0d, ...given.map(Number)];
  if (op === "v128.const") return [0xfd, 0x0c, ...lanes(given)];
  throw new Error(`${op} is not known to this assembler`);
}

function lanes([shape, ...values]: string[]): Uint8Array {
  const made = shape === "i32x4" ? Int32Array.from(values, Number) : Uint8Array.from(values, Number);
  return new Uint8Array(made.buffer);
}

function known(names: string[], name: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new Error(`${name} is not declared`);
  return index;
}

/** Of `(export "name")`. */
function name([, quoted]: Expression): number[] {
  return vector([...new TextEncoder().encode(JSON.parse(quoted as string))].map((byte) => [byte]));
}

function section(id: number, parts: number[][]): number[] {
  const content = vector(parts);
  return [id, ...unsigned(content.length), ...content];
}

function vector(parts: number[][]): number[] {
  return [...unsigned(parts.length), ...parts.flat()];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [value & 127 | 128, ...signed(value >> 7)];
}
