// Short words for what the cases do with the editor.
import * as assert from "node:assert/strict";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Running } from "../../../src/commands";
import type { View } from "../../../src/view";

export async function until<T>(what: string, attempt: () => T | Promise<T>, milliseconds = 40_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    const found = await attempt();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`in vain for ${milliseconds / 1000} s: ${what}`);
}

export function file(name: string): vscode.Uri {
  return vscode.Uri.file(path.join(process.env.WORKSPACE!, name));
}

export async function opened(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)));
}

export function codes(uri: vscode.Uri): string[] {
  return findings(uri).map(codeOf).sort();
}

export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "trainlint");
}

export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === "object" ? code.value : code);
}

export async function found(uri: vscode.Uri, code: string): Promise<vscode.Diagnostic> {
  return until(`${code} in ${uri.path}`, () => findings(uri).find((finding) => codeOf(finding) === code));
}

export async function gone(uri: vscode.Uri, code: string): Promise<void> {
  await until(`${code} leaves ${uri.path}`, () => !codes(uri).includes(code));
}

export function textAt(document: vscode.TextDocument, { range }: vscode.Diagnostic): string {
  return document.getText(range);
}

export async function trainlint(): Promise<Running & { view: View }> {
  const extension = vscode.extensions.getExtension<Running & { view: View }>("trainlint.trainlint");
  assert.ok(extension, "the extension is there");
  return extension.activate();
}

export async function change(setting: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("trainlint").update(setting, value, vscode.ConfigurationTarget.Global);
}
