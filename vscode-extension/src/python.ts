// Which Python interpreter there is, and what it can do.
import { execFile } from "node:child_process";
import { PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";
import { openSetting, Problem, selectInterpreter } from "./problem";
import type { Settings } from "./settings";

export const OLDEST = [3, 11] as const;

export interface Interpreter {
  command: readonly string[];
  found: string; // how, for people
  version: readonly number[];
  trainlint: boolean; // whether it is installed
  server: boolean; // and with it what its server needs
}

const QUESTION = [
  "import importlib.util as u, json, sys",
  "has = lambda name: u.find_spec(name) is not None",
  "print(json.dumps({'version': sys.version_info[:3], 'trainlint': has('trainlint'), 'server': has('pygls')}))",
].join("\n");

/**
 * The interpreter to use: the one of the settings, the one the Python extension has chosen, or `python3`.
 * What the Python extension has chosen may belong to the workspace, so it is left alone where that is not trusted.
 */
export async function findInterpreter(
  settings: Settings,
  folder: vscode.WorkspaceFolder | undefined,
  elsewhere: string,
): Promise<Interpreter> {
  if (settings.interpreter.length) {
    const found = await asked(settings.interpreter, "setting trainlint.interpreter", elsewhere);
    if (!found) {
      const name = settings.interpreter.join(" ");
      throw new Problem(`trainlint.interpreter names ${name}, which is no Python that starts.`, [
        openSetting("interpreter"),
      ]);
    }
    return newEnough(found);
  }
  const chosen = vscode.workspace.isTrusted ? await chosenInPythonExtension(folder?.uri) : undefined;
  if (chosen) {
    const found = await asked([chosen], "Python extension", elsewhere);
    if (found) {
      return newEnough(found);
    }
  }
  const names = process.platform === "win32" ? [["python"], ["py", "-3"]] : [["python3"], ["python"]];
  for (const name of names) {
    const found = await asked(name, "search path", elsewhere);
    if (found) {
      return newEnough(found);
    }
  }
  throw new Problem(`trainlint needs Python ${OLDEST.join(".")} or newer, and no Python was found.`, [
    selectInterpreter(),
  ]);
}

function newEnough(found: Interpreter): Interpreter {
  const [major = 0, minor = 0] = found.version;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Problem(
      `trainlint needs Python ${OLDEST.join(".")} or newer; ${found.command.join(" ")} is ${major}.${minor}.`,
      [selectInterpreter()],
    );
  }
  return found;
}

async function chosenInPythonExtension(resource: vscode.Uri | undefined): Promise<string | undefined> {
  if (!vscode.extensions.getExtension("ms-python.python")) {
    return undefined;
  }
  const api = await PythonExtension.api();
  await api.ready;
  const environment = await api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(resource));
  return environment?.executable.uri?.fsPath;
}

/** Calls back when the Python extension's choice changes. */
export async function onInterpreterChange(changed: () => void): Promise<vscode.Disposable> {
  if (!vscode.extensions.getExtension("ms-python.python")) {
    return new vscode.Disposable(() => {});
  }
  const api = await PythonExtension.api();
  return api.environments.onDidChangeActiveEnvironmentPath(changed);
}

/** Asks an interpreter about itself; nothing when it does not start. `elsewhere` is no folder of the workspace:
 * Python imports what lies in the current folder. */
async function asked(command: readonly string[], found: string, elsewhere: string): Promise<Interpreter | undefined> {
  const [program, ...args] = command;
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(program!, [...args, "-c", QUESTION], { cwd: elsewhere, timeout: 30_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
  const answer = output?.trim().split("\n").pop();
  if (!answer) {
    return undefined;
  }
  try {
    return { command, found, ...(JSON.parse(answer) as Pick<Interpreter, "version" | "trainlint" | "server">) };
  } catch {
    return undefined;
  }
}
