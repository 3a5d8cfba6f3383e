// The trainlint that comes with the extension: a wheel, which gets an environment of its own when first needed.
import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Interpreter } from "./python";
import { Problem, RESTART, SHOW_LOG } from "./problem";

/**
 * The Python of an environment that holds the bundled trainlint. It is made once for each version of trainlint and
 * Python, in the extension's own storage, and fetches what trainlint depends on (libcst and pydantic hold machine code,
 * which no single extension file fits all machines with), so this one time a network is needed.
 */
export async function bundledPython(
  interpreter: Interpreter,
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<string> {
  const folder = path.join(context.extensionPath, "bundled");
  const wheel = (await fs.readdir(folder).catch(() => [])).find((name) => name.endsWith(".whl"));
  if (!wheel) {
    throw new Problem("This extension was built without a bundled trainlint.", [SHOW_LOG]);
  }
  const size = (await fs.stat(path.join(folder, wheel))).mtimeMs.toString(36);
  const python = interpreter.version.slice(0, 2).join(".");
  const storage = context.globalStorageUri.fsPath;
  const environment = path.join(storage, `${wheel.split("-").slice(0, 2).join("-")}-${size}-python${python}`);
  const program = path.join(environment, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const ready = path.join(environment, "ready");
  if (await exists(ready)) {
    return program;
  }
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "Setting up the bundled trainlint" },
    async () => {
      await fs.rm(storage, { recursive: true, force: true }); // those of earlier versions, too
      await fs.mkdir(storage, { recursive: true });
      const [command, ...args] = interpreter.command;
      const requirement = `${path.join(folder, wheel)}[server]`;
      const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", requirement];
      try {
        await run(command!, [...args, "-m", "venv", environment], storage, log);
        await run(program, pip, storage, log);
      } catch (error) {
        log.error(String(error));
        throw new Problem("The bundled trainlint could not be set up, which needs a network once.", [RESTART, SHOW_LOG]);
      }
      await fs.writeFile(ready, "");
    },
  );
  return program;
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

function run(command: string, args: string[], cwd: string, log: vscode.LogOutputChannel): Promise<void> {
  log.info([command, ...args].join(" "));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data) => log.debug(String(data).trimEnd()));
    child.stderr.on("data", (data) => log.warn(String(data).trimEnd()));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}
