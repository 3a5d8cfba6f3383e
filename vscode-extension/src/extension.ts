// trainlint in VS Code: starts the server, shows, asks. What is right or wrong in a program the server says.
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { askAboutFile, askServer, openRulePage, type Running, showDebugInformation } from "./commands";
import { Problem, SHOW_LOG, tell } from "./problem";
import { onInterpreterChange } from "./python";
import { CHECK_WORKSPACE, chooseServer, CONFIRM, type Start, startServer, stopServer } from "./server";
import { settingsFor, STARTING } from "./settings";
import { type State, Status } from "./status";
import { View } from "./view";

class Trainlint implements Running, vscode.Disposable {
  client: LanguageClient | undefined;
  start: Start | undefined;
  private turn: Promise<void> = Promise.resolve();

  readonly status = new Status();
  readonly view: View;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {
    this.view = new View(context.extensionUri, () => this.client);
  }

  get state(): State {
    return this.status.state;
  }

  /** Starts the server anew. One start waits for the one before: there is never more than one server. */
  restart(): Promise<void> {
    this.turn = this.turn.then(() => this.begin());
    return this.turn;
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await stopServer(client);
  }

  dispose(): void {
    this.status.dispose();
    this.view.dispose();
  }

  private async begin(): Promise<void> {
    await this.stop();
    const folder = vscode.workspace.workspaceFolders?.[0];
    const settings = settingsFor(folder);
    if (!settings.enable) {
      this.status.show({ is: "off" });
      return;
    }
    this.status.show({ is: "starting" });
    try {
      this.start = await chooseServer(settings, folder, this.context, this.log);
      this.client = await startServer(this.start, settings, this.log, (document, findings) =>
        this.view.judge(vscode.Uri.parse(document), findings),
      );
      this.status.show({ is: "running", with: this.start.command.join(" ") });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(`trainlint does not start: ${error}`, [SHOW_LOG]);
      this.log.error(problem.message);
      this.status.show({ is: "broken", by: problem });
      void tell(problem); // the next start does not wait for the user's answer
    }
    this.view.refreshSoon();
  }
}

let trainlint: Trainlint | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<Running & { view: View }> {
  const log = vscode.window.createOutputChannel("trainlint", { log: true });
  const it = (trainlint = new Trainlint(context, log));
  const commands: Record<string, (...args: never[]) => unknown> = {
    restart: () => it.restart(),
    showLog: () => log.show(),
    showUnderstood: (uri?: unknown) => it.view.show(uri instanceof vscode.Uri ? uri : undefined),
    openRulePage: (page?: string, column?: vscode.ViewColumn) => openRulePage(it, page, column),
    confirmByTraining: () => askAboutFile(it, CONFIRM),
    lintWorkspace: () => askServer(it, CHECK_WORKSPACE),
    debugInformation: () => showDebugInformation(it, context.extension),
    showCommands: () => vscode.commands.executeCommand("workbench.action.quickOpen", ">trainlint: "),
    useBundled: () =>
      vscode.workspace
        .getConfiguration("trainlint")
        .update("importStrategy", "useBundled", vscode.ConfigurationTarget.Global),
  };
  context.subscriptions.push(
    log,
    it,
    ...Object.entries(commands).map(([name, act]) => vscode.commands.registerCommand(`trainlint.${name}`, act)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (STARTING.some((name) => change.affectsConfiguration(name))) {
        void it.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => it.restart()),
  );
  await it.restart();
  context.subscriptions.push(await onInterpreterChange(() => void it.restart()));
  return it;
}

export async function deactivate(): Promise<void> {
  await trainlint?.stop();
}
