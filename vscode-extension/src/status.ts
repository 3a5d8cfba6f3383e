// The item in the status bar: whether trainlint works, and the way to its commands.
import * as vscode from "vscode";
import type { Problem } from "./problem";

export type State = { is: "starting" } | { is: "running"; with: string } | { is: "off" } | { is: "broken"; by: Problem };

const LOOKS = { starting: "$(loading~spin)", running: "$(pulse)", off: "$(circle-slash)", broken: "$(warning)" };

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("trainlint", vscode.StatusBarAlignment.Right);
  private readonly listening: vscode.Disposable;
  state: State = { is: "off" };

  constructor() {
    this.item.name = "trainlint";
    this.item.command = "trainlint.showCommands";
    this.listening = vscode.window.onDidChangeActiveTextEditor(() => this.appear());
  }

  show(state: State): void {
    this.state = state;
    this.item.text = `${LOOKS[state.is]} trainlint`;
    this.item.tooltip = described(state);
    this.item.accessibilityInformation = { label: described(state), role: "button" };
    this.item.backgroundColor =
      state.is === "broken" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.appear();
  }

  private appear(): void {
    const language = vscode.window.activeTextEditor?.document.languageId;
    if (language === "python" || this.state.is === "broken") {
      this.item.show();
    } else {
      this.item.hide();
    }
  }

  dispose(): void {
    this.listening.dispose();
    this.item.dispose();
  }
}

function described(state: State): string {
  switch (state.is) {
    case "starting":
      return "trainlint is starting";
    case "running":
      return `trainlint is running: ${state.with}`;
    case "off":
      return "trainlint is switched off";
    case "broken":
      return state.by.message;
  }
}
