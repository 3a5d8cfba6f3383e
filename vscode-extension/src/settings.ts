// The user's settings, as far as this side needs them; the server asks for the rest itself.
import * as os from "node:os";
import * as vscode from "vscode";

export type ImportStrategy = "fromEnvironment" | "useBundled";

export interface Settings {
  enable: boolean;
  path: string[];
  interpreter: string[];
  importStrategy: ImportStrategy;
  run: "onType" | "onSave";
  logLevel: string;
}

/** Settings that decide which server runs, or how it is started: a change of these starts it anew. */
export const STARTING = ["enable", "path", "interpreter", "importStrategy", "run", "logLevel"].map(
  (name) => `trainlint.${name}`,
);

export function settingsFor(folder: vscode.WorkspaceFolder | undefined): Settings {
  const given = vscode.workspace.getConfiguration("trainlint", folder?.uri);
  const words = (name: string) => filledIn(given.get<string[]>(name) ?? [], folder);
  return {
    enable: given.get("enable") ?? true,
    path: words("path"),
    interpreter: words("interpreter"),
    importStrategy: given.get<ImportStrategy>("importStrategy") ?? "fromEnvironment",
    run: given.get<Settings["run"]>("run") ?? "onType",
    logLevel: given.get("logLevel") ?? "info",
  };
}

/** The value with `${workspaceFolder}`, `${userHome}` and `${env:NAME}` filled in, at any depth. */
export function filledIn<T>(value: T, folder: vscode.WorkspaceFolder | undefined): T {
  if (typeof value === "string") {
    return value.replace(/\$\{(workspaceFolder|userHome|env:(\w+))\}/g, (whole, name: string, variable?: string) => {
      if (variable) {
        return process.env[variable] ?? "";
      }
      return name === "userHome" ? os.homedir() : (folder?.uri.fsPath ?? whole);
    }) as T;
  }
  if (Array.isArray(value)) {
    return value.map((entry) => filledIn<unknown>(entry, folder)) as T;
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filledIn<unknown>(entry, folder)])) as T;
  }
  return value;
}
