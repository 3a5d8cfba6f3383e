// What the user can ask of trainlint.
import { execFile } from "node:child_process";
import * as os from "node:os";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Start } from "./server";
import type { State } from "./status";

const NOT_RUNNING = "trainlint is not running.";

/** What commands work on. */
export interface Running {
  readonly client: LanguageClient | undefined;
  readonly start: Start | undefined;
  readonly state: State;
  restart(): Promise<void>;
}

/** Opens a rule's page as it is meant to look, beside the code if not elsewhere; without an address, asks for the rule. */
export async function openRulePage(running: Running, page?: string, column?: vscode.ViewColumn): Promise<void> {
  const address = page ?? (await pickRule(running));
  if (!address) {
    return;
  }
  const uri = vscode.Uri.parse(address);
  if (uri.scheme === "file") {
    const viewer = "vscode.markdown.preview.editor";
    await vscode.commands.executeCommand("vscode.openWith", uri, viewer, column ?? vscode.ViewColumn.Beside);
  } else {
    await vscode.env.openExternal(uri);
  }
}

/** One of all rules, those of plugins too, as the trainlint that runs tells them. */
async function pickRule({ start }: Running): Promise<string | undefined> {
  if (!start) {
    void vscode.window.showInformationMessage(NOT_RUNNING);
    return undefined;
  }
  const [program, ...args] = start.command;
  const asking = promisify(execFile)(program!, [...args, "rule", "--all", "--output-format", "json"], {
    cwd: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    maxBuffer: 2 ** 26,
  });
  const items = asking.then(({ stdout }) =>
    (JSON.parse(stdout) as { code: string; name: string; family: string; url: string }[]).map((rule) => ({
      label: rule.name,
      description: `${rule.code}, ${rule.family}`,
      url: rule.url,
    })),
  );
  const options = { title: "Rules of trainlint", matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.url;
}

/** Asks the server for something about the file that is being edited. */
export async function askAboutFile(running: Running, command: string): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!running.client || document?.languageId !== "python") {
    void vscode.window.showInformationMessage("Open a Python file first: trainlint looks at the one being edited.");
    return;
  }
  await execute(command, running.client.code2ProtocolConverter.asUri(document.uri));
}

export async function askServer(running: Running, command: string): Promise<void> {
  if (running.client) {
    await execute(command);
  } else {
    void vscode.window.showInformationMessage(NOT_RUNNING);
  }
}

async function execute(command: string, ...args: unknown[]): Promise<void> {
  try {
    await vscode.commands.executeCommand(command, ...args);
  } catch (error) {
    void vscode.window.showErrorMessage(`trainlint: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All that somebody needs to know who is to find out why trainlint does not work, as a document. */
export async function debugInformation(running: Running, extension: vscode.Extension<unknown>): Promise<string> {
  const { start, state, client } = running;
  const version = (extension.packageJSON as { version: string }).version;
  const server = client?.initializeResult?.serverInfo;
  const given = vscode.workspace.getConfiguration("trainlint");
  const facts: [string, string][] = [
    ["extension", version],
    ["editor", `${vscode.env.appName} ${vscode.version}`],
    ["system", `${os.type()} ${os.release()} ${os.arch()}`],
    ["workspace", `${vscode.workspace.isTrusted ? "trusted" : "not trusted"}, ${vscode.workspace.workspaceFolders?.length ?? 0} folders`],
    ["state", state.is === "broken" ? `broken: ${state.by.message}` : state.is],
    ["server", server ? `${server.name} ${server.version ?? ""}` : "none"],
    ["started as", start ? `${start.command.join(" ")} server` : "not started"],
    ["Python", start?.interpreter ? `${start.interpreter.version.join(".")}, by ${start.interpreter.found}` : "not asked"],
  ];
  return [
    "# trainlint, for a report of a problem",
    "",
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    "",
    "```json",
    JSON.stringify(given, null, 2),
    "```",
    "",
  ].join("\n");
}

export async function showDebugInformation(running: Running, extension: vscode.Extension<unknown>): Promise<void> {
  const content = await debugInformation(running, extension);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "markdown", content }));
}
