// Starts the language server, and stops it again.
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { CloseAction, LanguageClient, LanguageClientOptions, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import { bundledPython } from "./bundled";
import { openSetting, Problem, RESTART, selectInterpreter, SHOW_LOG } from "./problem";
import { findInterpreter, type Interpreter } from "./python";
import { filledIn, type Settings } from "./settings";
import type { Judged } from "./understood";

/** How the server is started, and for people what that was decided from. */
export interface Start {
  command: readonly string[];
  interpreter?: Interpreter;
}

/** The server's commands, which the language client registers. */
export const CONFIRM = "trainlint.probe";
export const CHECK_WORKSPACE = "trainlint.checkWorkspace";

const USE_BUNDLED = { title: "Use the Bundled One", command: "trainlint.useBundled" };

/** Which server to start. Throws a Problem where there is none. */
export async function chooseServer(
  settings: Settings,
  folder: vscode.WorkspaceFolder | undefined,
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<Start> {
  if (settings.path.length) {
    const program = settings.path.find((candidate) => fs.existsSync(candidate));
    if (!program) {
      throw new Problem(`Nothing that trainlint.path names exists: ${settings.path.join(", ")}.`, [openSetting("path")]);
    }
    return { command: [program] };
  }
  const interpreter = await findInterpreter(settings, folder, context.extensionPath);
  if (settings.importStrategy === "useBundled") {
    return { command: [await bundledPython(interpreter, context, log), "-P", "-m", "trainlint"], interpreter };
  }
  const name = interpreter.command.join(" ");
  if (!interpreter.trainlint) {
    throw new Problem(`trainlint is not installed for ${name}.`, [USE_BUNDLED, selectInterpreter()]);
  }
  if (!interpreter.server) {
    throw new Problem(`trainlint's language server is not installed for ${name}: pip install 'trainlint[server]'.`, [
      USE_BUNDLED,
      selectInterpreter(),
    ]);
  }
  // -P: what lies in the current folder is not imported.
  return { command: [...interpreter.command, "-P", "-m", "trainlint"], interpreter };
}

/** Settings without the functions that VS Code hands them over with. */
function plain(given: vscode.WorkspaceConfiguration): Record<string, unknown> {
  return JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
}

/** A running server. Throws a Problem where it ends before it answers. */
export async function startServer(
  start: Start,
  settings: Settings,
  log: vscode.LogOutputChannel,
  judged: (document: string, findings: Judged[]) => void,
): Promise<LanguageClient> {
  const [command, ...args] = start.command;
  const serving = ["server", "--stdio", "--log-level", settings.logLevel];
  const folders = vscode.workspace.workspaceFolders;
  let started = false;
  let end: (reason: Error) => void = () => {};
  const ended = new Promise<never>((_, reject) => (end = reject)); // the client alone may wait for ever
  ended.catch(() => {});
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "python" },
      { scheme: "untitled", language: "python" },
      { scheme: "vscode-notebook-cell", language: "python" },
    ],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      settings: filledIn(plain(vscode.workspace.getConfiguration("trainlint")), folders?.[0]),
      trusted: vscode.workspace.isTrusted,
    },
    errorHandler: {
      error: (error, message, count) => usual.error(error, message, count),
      // One that has run is started anew; one that does not even start would not the next time, either.
      closed: () => {
        if (started) {
          return usual.closed();
        }
        end(new Error("the server has ended"));
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    initializationFailedHandler: (error) => {
      log.error(String(error));
      return false;
    },
    diagnosticPullOptions: { onChange: settings.run === "onType", onSave: true },
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(openingPages)),
      provideDiagnostics: async (document, previous, token, next) => {
        const report = await next(document, previous, token);
        if (report && "items" in report) {
          report.items = report.items.map(openingPages);
        }
        return report;
      },
      executeCommand: async (command, args, next) => {
        const answer: unknown = await next(command, args);
        if (command === CONFIRM && Array.isArray(answer)) {
          judged(String(args[0]), answer as Judged[]);
        }
        return answer;
      },
      workspace: {
        configuration: async (params, token, next) => {
          const given = await next(params, token);
          if (!Array.isArray(given)) {
            return given;
          }
          return given.map((value, index) => {
            const scope = params.items[index]?.scopeUri;
            const folder = scope ? vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(scope)) : undefined;
            return filledIn<unknown>(value, folder ?? folders?.[0]);
          });
        },
      },
    },
  };
  const client = new LanguageClient(
    "trainlint", // trainlint.trace.server is read under this name
    "trainlint",
    { command: command!, args: [...args, ...serving], options: { cwd: folders?.[0]?.uri.fsPath } },
    options,
  );
  const usual = client.createDefaultErrorHandler();
  log.info(`starts ${[...start.command, ...serving].join(" ")}`);
  try {
    await Promise.race([client.start(), ended]);
    started = true;
  } catch (error) {
    log.error(String(error));
    throw new Problem(`The server of trainlint ended before it answered: ${path.basename(command!)}.`, [RESTART, SHOW_LOG]);
  }
  return client;
}

export async function stopServer(client: LanguageClient | undefined): Promise<void> {
  if (client && client.state !== State.Stopped) {
    await client.stop(5000).catch(() => {}); // one that has crashed cannot be asked to stop
  }
  await client?.dispose().catch(() => {});
}

/** A finding's code leads to the page of its rule as it is meant to look, and not to its source. */
function openingPages(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  const code = diagnostic.code;
  if (typeof code === "object" && code.target.scheme === "file") {
    const command = `command:trainlint.openRulePage?${encodeURIComponent(JSON.stringify([code.target.toString()]))}`;
    diagnostic.code = { value: code.value, target: vscode.Uri.parse(command) };
  }
  return diagnostic;
}

/** The page that `openingPages` leads to. */
export function pageOf(diagnostic: vscode.Diagnostic): string {
  const code = diagnostic.code;
  if (typeof code !== "object") {
    return "";
  }
  if (code.target.scheme !== "command") {
    return code.target.toString();
  }
  const [page] = JSON.parse(decodeURIComponent(code.target.query)) as [string];
  return page;
}

