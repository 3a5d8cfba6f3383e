// What keeps trainlint from starting is said in one sentence; when it is mended, trainlint starts.
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { change, trainlint, until } from "./editor";

/** A program that answers as a Python of another kind would. */
function pretended(name: string, answer: object): string {
  const program = path.join(process.env.WORKSPACE!, name);
  fs.writeFileSync(program, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o755 });
  return program;
}

async function brokenWith(interpreter: string): Promise<string> {
  const running = await trainlint();
  await change("interpreter", [interpreter]);
  const state = await until("trainlint is broken", () => (running.state.is === "broken" ? running.state : undefined));
  assert.ok(state.by.remedies.length > 0);
  return state.by.message;
}

async function mended(): Promise<void> {
  const running = await trainlint();
  await change("interpreter", [process.env.INTERPRETER]);
  await until("trainlint is running", () => running.state.is === "running");
}

export const started = {
  "trainlint starts": async () => {
    const running = await trainlint();
    await until("trainlint is running", () => running.state.is === "running", 60_000);
  },
};

export const starting = {
  "an interpreter that does not start": async () => {
    assert.match(await brokenWith("/no/such/python"), /names \/no\/such\/python, which is no Python that starts\.$/);
    await mended();
  },
  "a Python that is too old": async () => {
    const old = pretended("old-python", { version: [3, 8, 1], trainlint: true, server: true });
    assert.match(await brokenWith(old), /needs Python 3\.11 or newer; .*old-python is 3\.8\.$/);
    await mended();
  },
  "a Python without trainlint": async () => {
    const bare = pretended("bare-python", { version: [3, 12, 1], trainlint: false, server: false });
    assert.match(await brokenWith(bare), /^trainlint is not installed for .*bare-python\.$/);
    await mended();
  },
  "a server that ends at once": async () => {
    const odd = pretended("odd-python", { version: [3, 12, 1], trainlint: true, server: true });
    assert.match(await brokenWith(odd), /ended before it answered/);
    await mended();
  },
  "it can be switched off and on": async () => {
    const running = await trainlint();
    await change("enable", false);
    await until("it is off", () => running.state.is === "off" && !running.client);
    await change("enable", undefined);
    await until("it is on", () => running.state.is === "running");
  },
};
