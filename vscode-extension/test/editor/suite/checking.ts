// What is shown in the code: findings, fixes, hovers, hints, lenses, in scripts and notebooks.
import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { change, codes, file, found, gone, opened, textAt, until } from "./editor";

const TORCH = "digits_torch.py";

async function at<T>(provider: string, uri: vscode.Uri, ...where: unknown[]): Promise<T[]> {
  return (await vscode.commands.executeCommand<T[]>(`vscode.${provider}`, uri, ...where)) ?? [];
}

async function hover(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await at<vscode.Hover>("executeHoverProvider", uri, position);
  const parts = hovers.flatMap(({ contents }) => contents as (vscode.MarkdownString | string)[]);
  return parts.map((part) => (typeof part === "string" ? part : part.value)).join("\n");
}

async function actions(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return (await at<vscode.CodeAction>("executeCodeActionProvider", uri, range, undefined, 100)).filter(({ edit }) => edit);
}

/** The whole text of an editor's document. */
const everywhere = (document: vscode.TextDocument) => new vscode.Range(0, 0, document.lineCount, 0);

export const torch = {
  "a script for PyTorch is checked": async () => {
    const { document } = await opened(TORCH);
    const rate = await found(document.uri, "learning-rate-too-low");
    assert.equal(textAt(document, rate), "LEARNING_RATE");
    const softmax = await found(document.uri, "softmax-before-cross-entropy");
    assert.match(textAt(document, softmax), /^nn\.Softmax/);
    assert.equal(softmax.severity, vscode.DiagnosticSeverity.Error);
  },
  "a finding says where its value was written": async () => {
    const { document } = await opened(TORCH);
    const { relatedInformation = [] } = await found(document.uri, "learning-rate-too-low");
    const lines = relatedInformation.map(({ location }) => document.lineAt(location.range.start.line).text);
    assert.ok(lines.includes("LEARNING_RATE = 1e-8"), lines.join("\n"));
  },
  "the code of a finding leads to the page of its rule": async () => {
    const { document } = await opened(TORCH);
    const { code } = await found(document.uri, "learning-rate-too-low");
    assert.ok(typeof code === "object" && code.target.scheme === "command", JSON.stringify(code));
    const [page] = JSON.parse(decodeURIComponent(code.target.query)) as [string];
    assert.match(page, /learning-rate-too-low\.md$/);
    assert.match((await vscode.workspace.openTextDocument(vscode.Uri.parse(page))).getText(), /^# learning-rate-too-low/);
    await vscode.commands.executeCommand(code.target.path, page);
    const shown = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === "learning-rate-too-low.md");
    await until("the page is shown", shown);
    await vscode.window.tabGroups.close(shown()!);
  },
  "hovering over a setting tells what it is": async () => {
    const { document } = await opened(TORCH);
    const { range } = await found(document.uri, "learning-rate-too-low");
    assert.match(await hover(document.uri, range.start), /learning rate/i);
  },
  "layers and the optimizer have hints": async () => {
    const { document } = await opened(TORCH);
    const hints = await at<vscode.InlayHint>("executeInlayHintProvider", document.uri, everywhere(document));
    const labels = hints.map(({ label }) => (typeof label === "string" ? label : label.map(({ value }) => value).join("")));
    assert.ok(labels.some((label) => label.includes("128")), labels.join("; "));
  },
  "a finding can be ignored on its line": async () => {
    const { document } = await opened(TORCH);
    const { range } = await found(document.uri, "softmax-before-cross-entropy");
    const ignoring = (await actions(document.uri, range)).find(({ title }) => /ignore/i.test(title));
    assert.ok(ignoring?.edit);
    assert.ok(await vscode.workspace.applyEdit(ignoring.edit));
    await gone(document.uri, "softmax-before-cross-entropy");
    assert.match(document.getText(), /# trainlint: ignore\[softmax-before-cross-entropy\]/);
    await vscode.commands.executeCommand("undo");
    await found(document.uri, "softmax-before-cross-entropy");
  },
  "a fix is made where the value was written": async () => {
    const { document } = await opened(TORCH);
    const { range } = await found(document.uri, "learning-rate-too-low");
    const fix = (await actions(document.uri, range)).find(({ title }) => title.includes("0.01"));
    assert.ok(fix?.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await gone(document.uri, "learning-rate-too-low");
    assert.match(document.getText(), /^LEARNING_RATE = 0\.01$/m);
    await document.save();
  },
  "what is typed is checked": async () => {
    const editor = await opened(TORCH);
    const line = editor.document.getText().split("\n").findIndex((text) => text.includes("zero_grad"));
    await editor.edit((edit) => edit.delete(editor.document.lineAt(line).rangeIncludingLineBreak));
    await found(editor.document.uri, "missing-zero-grad");
    await vscode.commands.executeCommand("undo");
    await gone(editor.document.uri, "missing-zero-grad");
  },
  "what trains offers to be confirmed": async () => {
    const { document } = await opened(TORCH);
    const lenses = await at<vscode.CodeLens>("executeCodeLensProvider", document.uri, 20);
    assert.ok(lenses.some(({ command }) => /confirm/i.test(command?.title ?? "")), JSON.stringify(lenses));
  },
  "settings hold at once": async () => {
    const { document } = await opened(TORCH);
    await found(document.uri, "softmax-before-cross-entropy");
    await change("ignore", ["TL201"]);
    await gone(document.uri, "softmax-before-cross-entropy");
    await change("ignore", undefined);
    await found(document.uri, "softmax-before-cross-entropy");
  },
};

export const keras = {
  "a script for Keras is checked": async () => {
    const { document } = await opened("digits_keras.py");
    const rate = await found(document.uri, "learning-rate-too-low");
    assert.equal(textAt(document, rate), "1e-8");
    await found(document.uri, "logits-into-probability-loss");
    await found(document.uri, "dropout-rate-out-of-range");
  },
  "a file that trains nothing has no findings": async () => {
    const document = await vscode.workspace.openTextDocument({ language: "python", content: "print(1)\n" });
    await vscode.window.showTextDocument(document);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(codes(document.uri), []);
  },
};

export const notebook = {
  "the cells of a notebook are checked together": async () => {
    const flowers = await vscode.workspace.openNotebookDocument(file("flowers.ipynb"));
    await vscode.window.showNotebookDocument(flowers);
    const training = flowers.cellAt(3).document;
    const rate = await found(training.uri, "learning-rate-too-low");
    assert.match(textAt(training, rate), /learning_rate/);
    const [written] = rate.relatedInformation ?? [];
    assert.equal(written?.location.uri.toString(), flowers.cellAt(2).document.uri.toString());
  },
  "a fix changes the cell where the value was written": async () => {
    const flowers = await vscode.workspace.openNotebookDocument(file("flowers.ipynb"));
    const training = flowers.cellAt(3).document;
    const { range } = await found(training.uri, "learning-rate-too-low");
    const offered = await actions(training.uri, range);
    const fix = offered.find(({ title }) => title.startsWith("Write"));
    assert.ok(fix?.edit, offered.map(({ title }) => title).join("; "));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await gone(training.uri, "learning-rate-too-low");
    assert.match(flowers.cellAt(2).document.getText(), /learning_rate = 1e-3/);
  },
};
