// What keeps trainlint from working: one sentence, and what can be done about it.
import * as vscode from "vscode";

export interface Remedy {
  title: string;
  command: string;
  arguments?: unknown[];
}

export class Problem extends Error {
  constructor(
    message: string,
    readonly remedies: readonly Remedy[],
  ) {
    super(message);
  }
}

export const SHOW_LOG: Remedy = { title: "Show Log", command: "trainlint.showLog" };
export const RESTART: Remedy = { title: "Try Again", command: "trainlint.restart" };

export function openSetting(name: string): Remedy {
  return { title: "Open Settings", command: "workbench.action.openSettings", arguments: [`trainlint.${name}`] };
}

/** The Python extension's own picker where that extension is there, otherwise the setting. */
export function selectInterpreter(): Remedy {
  if (vscode.extensions.getExtension("ms-python.python")) {
    return { title: "Select Interpreter", command: "python.setInterpreter" };
  }
  return openSetting("interpreter");
}

/** Tells the user, and does what they choose. */
export async function tell(problem: Problem): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(problem.message, ...problem.remedies.map(({ title }) => title));
  const remedy = problem.remedies.find(({ title }) => title === chosen);
  if (remedy) {
    await vscode.commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
  }
}
