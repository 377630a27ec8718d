/**
 * `deno task play` as a whole, at the smoke preset: it trains, serves, keeps, and goes
 * on where the player left.
 */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { parsePlay } from "../../src/cli/play.ts";

const script = besideModule(import.meta.url, "../../src/cli/play.ts");
const runs = Deno.makeTempDirSync();

function command(...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { NTD_RUNS: runs, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

/** The command once it has said where the game is; Ctrl-C ends it, and what it printed is given back. */
async function playing(...args: string[]) {
  const process = command("--preset", "smoke", "--no-open", ...args).spawn();
  const errors = process.stderr.text();
  const lines = process.stdout.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  let printed = "";
  while (!/ in .*\n/.test(printed)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`ended early: ${printed} ${await errors}`);
    printed += value;
  }
  return {
    url: /http:\S+/.exec(printed)![0],
    printed,
    process,
    async end() {
      process.kill("SIGINT");
      const { code } = await process.status;
      await reader.cancel();
      return { code, errors: await errors };
    },
  };
}

const post = async (url: string, body: unknown) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, ...await response.json() };
};

Deno.test("play: the network is trained once, answers are kept, and the next start goes on with the game", async () => {
  const first = await playing("--images", "3");
  assert.match(
    first.printed,
    /^Name That Dataset, tabler, phosphor, mdi, 3 images: http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/m,
  );
  assert.ok(first.printed.includes(`kept in ${runs}/play/`), first.printed);
  await post(`${first.url}begin`, { feedback: false });
  await post(`${first.url}answer`, { game: 1, image: 0, said: 2, seconds: 1.5 });
  const ended = await first.end();
  assert.equal(ended.code, 0);
  assert.match(ended.errors, /done: 1 of 1 run, /);
  await assert.rejects(() => fetch(first.url));

  const second = await playing("--images", "3");
  assert.notEqual(new URL(second.url).pathname, new URL(first.url).pathname, "a new token");
  const state = await (await fetch(`${second.url}state`)).json();
  assert.deepEqual(state.round, { number: 1, images: 3, answered: 1, feedback: false });
  for (const image of [1, 2]) {
    assert.equal((await post(`${second.url}answer`, { game: 1, image, said: 0, seconds: 1 })).status, 200);
  }
  const score = await (await fetch(`${second.url}score`)).json();
  assert.equal(score.answers.length, 3);
  const { code, errors } = await second.end();
  assert.equal(code, 0);
  assert.match(errors, /1 of 1 run read back\n$/);
  assert.doesNotMatch(errors, /training on/);
});

Deno.test("play: a second Ctrl-C ends it at once, whoever still sends a request", async () => {
  const { url, process, end } = await playing("--images", "3");
  const { hostname, port, pathname, host } = new URL(url);
  const address = { hostname, port: Number(port) };
  using sender = await Deno.connect(address);
  const head = `POST ${pathname}begin HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
  await sender.write(new TextEncoder().encode(`${head}Content-Length: 20\r\nExpect: 100-continue\r\n\r\n`));
  await sender.read(new Uint8Array(1000)); // it reads the body, which does not come
  const ended = end();
  const isClosed = () => Deno.connect(address).then((other) => Boolean(other.close()), () => true);
  while (!await isClosed());
  process.kill("SIGINT");
  const late = setTimeout(() => process.kill("SIGKILL"), 10_000);
  assert.equal((await process.status).signal, "SIGINT");
  clearTimeout(late);
  await ended;
});

Deno.test("play: what cannot be is said before anything is trained", async () => {
  const refuse = async (args: string[], code: number, message: RegExp) => {
    const result = await command(...args).output();
    assert.equal(result.code, code, args.join(" "));
    assert.match(new TextDecoder().decode(result.stderr), message);
    assert.equal(result.stdout.length, 0);
  };
  await refuse(
    ["--preset", "smoke", "--images", "151"],
    2,
    /^--images: 151 are more than the 150 validation images/m,
  );
  await refuse(["--fast"], 2, /Unknown option '--fast'[^]*Usage: deno task play/);
  const faults: [string[], RegExp][] = [
    [["--images", "0"], /--images: "0" is not a whole number from 1/],
    [["--images", "1e2"], /--images: "1e2"/],
    [["--images", ""], /--images: ""/],
    [["--port", "65536"], /--port: "65536" is not a whole number from 0 to 65535/],
    [["--preset", "huge"], /--preset: there is no "huge"/],
    [["--data", "tabler"], /--data: "tabler" names 1 dataset\(s\)/],
    [["--data", "tabler,nope"], /there is no dataset "nope"; known are/],
    [["more"], /Unexpected argument 'more'/],
  ];
  for (const [args, message] of faults) await assert.rejects(() => parsePlay(args), message);
});

Deno.test("play: of a collection the first three are played, named datasets all", async () => {
  assert.deepEqual(await parsePlay([]), {
    datasets: ["tabler", "phosphor", "mdi"],
    images: 100,
    preset: "laptop",
    port: 0,
    open: true,
  });
  const { datasets, open } = await parsePlay(["--data", "noto, carbon", "--no-open"]);
  assert.deepEqual([datasets, open], [["noto", "carbon"], false]);
  assert.equal((await parsePlay(["--data", "emoji"])).datasets.length, 3);
});
