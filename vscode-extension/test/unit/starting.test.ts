import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ExtensionContext, LogOutputChannel } from "vscode";
import { Problem, tell } from "../../src/problem";
import { findInterpreter } from "../../src/python";
import { chooseServer } from "../../src/server";
import { filledIn, type Settings, settingsFor } from "../../src/settings";
import { given } from "./vscode";

vi.mock("vscode-languageclient/node", () => ({ LanguageClient: class {}, RevealOutputChannelOn: {}, State: {} }));
const environments = {
  resolveEnvironment: vi.fn(),
  getActiveEnvironmentPath: () => ({ path: "chosen" }),
};
vi.mock("@vscode/python-extension", () => ({
  PythonExtension: { api: () => Promise.resolve({ ready: Promise.resolve(), environments }) },
}));

const NOTHING: Settings = {
  enable: true,
  path: [],
  interpreter: [],
  importStrategy: "fromEnvironment",
  run: "onType",
  logLevel: "info",
};
const log = { info() {}, warn() {}, debug() {}, error() {} } as unknown as LogOutputChannel;
let folder: string;
let context: ExtensionContext;

/** A program that answers as a Python would. */
function python(name: string, answer: object = {}, noise = ""): string {
  const program = path.join(folder, name);
  const said = JSON.stringify({ version: [3, 12, 1], trainlint: true, server: true, ...answer });
  fs.writeFileSync(program, `#!/bin/sh\n${noise}\necho '${said}'\n`, { mode: 0o755 });
  return program;
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "trainlint-unit-"));
  context = { extensionPath: folder, globalStorageUri: { fsPath: path.join(folder, "storage") } } as ExtensionContext;
  Object.assign(given, { settings: {}, trusted: true, extensions: [], answer: undefined, told: [], executed: [] });
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  python("python3", { version: [3, 11, 0] });
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const find = (settings: Partial<Settings> = {}) => findInterpreter({ ...NOTHING, ...settings }, undefined, folder);
const choose = (settings: Partial<Settings> = {}) => chooseServer({ ...NOTHING, ...settings }, undefined, context, log);

describe("the interpreter", () => {
  const chosenByExtension = (program: string) => {
    given.extensions = ["ms-python.python"];
    environments.resolveEnvironment.mockResolvedValue({ executable: { uri: { fsPath: program } } });
  };

  it("is that of the settings first", async () => {
    chosenByExtension(python("other"));
    const mine = python("mine");
    expect((await find({ interpreter: [mine, "-X", "utf8"] })).command).toEqual([mine, "-X", "utf8"]);
  });
  it("is then the one of the Python extension", async () => {
    const chosen = python("chosen");
    chosenByExtension(chosen);
    expect(await find()).toMatchObject({ command: [chosen], found: "Python extension" });
  });
  it("is not the one of the Python extension in a workspace that is not trusted", async () => {
    chosenByExtension(python("chosen"));
    given.trusted = false;
    expect((await find()).command).toEqual(["python3"]);
  });
  it("is python3 of the search path where the chosen one does not start", async () => {
    chosenByExtension(path.join(folder, "gone"));
    expect(await find()).toMatchObject({ command: ["python3"], version: [3, 11, 0] });
  });
  it("may print what it likes before it answers", async () => {
    const noisy = python("noisy", {}, "echo hello from sitecustomize");
    expect((await find({ interpreter: [noisy] })).version).toEqual([3, 12, 1]);
  });
  it.each([
    ["/no/such/python", /names \/no\/such\/python, which is no Python that starts/],
    ["sh", /names sh, which is no Python that starts/],
  ])("of the settings must start: %s", async (program, message) => {
    await expect(find({ interpreter: [program] })).rejects.toThrow(message);
  });
  it.each([[[2, 7, 18]], [[3, 10, 9]]])("must not be too old: %j", async (version) => {
    const old = python("old", { version });
    await expect(find({ interpreter: [old] })).rejects.toThrow(/needs Python 3\.11 or newer; .*old is \d\.\d+\.$/);
  });
  it("may be of a version to come", async () => {
    expect((await find({ interpreter: [python("new", { version: [4, 0, 0] })] })).version).toEqual([4, 0, 0]);
  });
  it("is missed in one sentence", async () => {
    vi.stubEnv("PATH", "/nowhere");
    await expect(find()).rejects.toThrow(/^trainlint needs Python 3\.11 or newer, and no Python was found\.$/);
  });
});

describe("the server", () => {
  it("is that of the interpreter, which imports nothing of the current folder", async () => {
    expect((await choose()).command).toEqual(["python3", "-P", "-m", "trainlint"]);
  });
  it("is a program of the settings that exists", async () => {
    const program = python("trainlint");
    expect((await choose({ path: ["/no/such", program] })).command).toEqual([program]);
    await expect(choose({ path: ["/no/such"] })).rejects.toThrow(/Nothing that trainlint\.path names exists/);
  });
  it.each([
    [{ trainlint: false, server: false }, /^trainlint is not installed for .*bare\.$/],
    [{ server: false }, /pip install 'trainlint\[server\]'/],
  ])("is missed with remedies: %j", async (answer, message) => {
    const error = await choose({ interpreter: [python("bare", answer)] }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Problem);
    const problem = error as Problem;
    expect(problem.message).toMatch(message);
    expect(problem.remedies.map(({ title }) => title)).toEqual(["Use the Bundled One", "Open Settings"]);
  });
  it("that is bundled says so when the wheel is missing, or cannot be set up", async () => {
    await expect(choose({ importStrategy: "useBundled" })).rejects.toThrow(/without a bundled trainlint/);
    fs.mkdirSync(path.join(folder, "bundled"));
    fs.writeFileSync(path.join(folder, "bundled", "trainlint-1.0-py3-none-any.whl"), "");
    await expect(choose({ importStrategy: "useBundled" })).rejects.toThrow(/could not be set up, which needs a network/);
  });
});

describe("a problem", () => {
  const problem = new Problem("It is so.", [{ title: "Mend", command: "mend", arguments: [1] }]);

  it("is told, and the remedy that is chosen is applied", async () => {
    given.answer = "Mend";
    await tell(problem);
    expect(given.told).toEqual(["It is so."]);
    expect(given.executed).toEqual([["mend", 1]]);
  });
  it("may be passed over", async () => {
    await tell(problem);
    expect(given.executed).toEqual([]);
  });
});

describe("settings", () => {
  const folder = { uri: { fsPath: "/home/me/project" } } as never;

  it("have their usual values", () => expect(settingsFor(undefined)).toEqual(NOTHING));
  it("are filled in", () => {
    vi.stubEnv("TOOLS", "/opt");
    given.settings = { path: ["${workspaceFolder}/bin/trainlint", "${env:TOOLS}/trainlint", "${userHome}/x"] };
    expect(settingsFor(folder).path).toEqual(["/home/me/project/bin/trainlint", "/opt/trainlint", `${os.homedir()}/x`]);
  });
  it("are filled in at any depth, and else left alone", () => {
    const value = { a: [1, null, "${workspaceFolder}"], b: { c: "${unknown}", d: true } };
    expect(filledIn(value, folder)).toEqual({ a: [1, null, "/home/me/project"], b: { c: "${unknown}", d: true } });
    expect(filledIn("${workspaceFolder}", undefined)).toBe("${workspaceFolder}");
  });
});
