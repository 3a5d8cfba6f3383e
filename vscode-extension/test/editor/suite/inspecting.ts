// The view, the commands, the information for reports of problems.
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as vscode from "vscode";
import { file, found, opened, trainlint, until } from "./editor";

export const inspect = {
  "the view shows what was understood": async () => {
    const { view } = await trainlint();
    const { document } = await opened("digits_keras.py");
    await found(document.uri, "learning-rate-too-low");
    await vscode.commands.executeCommand("trainlint.showUnderstood");
    const shown = await until("the view is filled", () => {
      const shown = view.shown;
      return shown && "understood" in shown && shown.file === "digits_keras.py" && shown.findings.length ? shown : undefined;
    });
    const { optimizers, networks, runs } = shown.understood;
    assert.match(optimizers[0]!.title, /Adam/);
    const rate = optimizers[0]!.facts.find(({ name }) => name === "learning rate");
    assert.equal(rate?.location?.uri, document.uri.toString());
    assert.equal(document.lineAt(rate.location.range.start.line).text.trim(), "optimizer=keras.optimizers.Adam(1e-8),");
    assert.ok(networks[0]!.layers.some(({ shape, parameters }) => shape.includes("256") && parameters === "200,960"));
    assert.equal(runs.length, 1);
  },
  "the view follows the editor": async () => {
    const { view } = await trainlint();
    await opened("digits_torch.py");
    await until("the other file", () => view.shown?.file === "digits_torch.py");
    const { shown } = view;
    assert.ok(shown && "understood" in shown);
    assert.ok(shown.understood.optimizers[0]!.curve.length > 1, "a schedule has a curve");
    assert.ok(shown.understood.loops.length > 0);
  },
  "the view follows to a notebook": async () => {
    const { view } = await trainlint();
    await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(file("flowers.ipynb")));
    const shown = await until("the notebook", () => (view.shown?.file === "flowers.ipynb" ? view.shown : undefined));
    assert.ok("understood" in shown, JSON.stringify(shown));
    const rate = shown.understood.optimizers[0]!.facts.find(({ name }) => name === "learning rate");
    assert.match(rate?.location?.uri ?? "", /^vscode-notebook-cell:/);
  },
  "what training says is shown until the text changes": async () => {
    const { view } = await trainlint();
    const editor = await opened("digits_torch.py");
    const probe = {
      verdict: "confirmed" as const,
      evidence: [{ text: "the loss stands still" }],
      plot: { as_written: [[2.3, 2.3]], control: [[2.3, null]] },
      budget: { steps: 2, seconds: 0.1, seeds: 1 },
    };
    const judged = () => (view.shown && "judged" in view.shown ? view.shown.judged.length : 0);
    view.judge(editor.document.uri, [{ message: "It does not move.", probe }]);
    await until("the verdict is shown", () => judged() === 1);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "\n"));
    await until("the verdict is gone", () => judged() === 0);
    await vscode.commands.executeCommand("undo");
  },
  "the whole workspace is checked": async () => {
    fs.copyFileSync(file("digits_keras.py").fsPath, file("never_opened.py").fsPath);
    await vscode.commands.executeCommand("trainlint.lintWorkspace");
    await found(file("never_opened.py"), "dropout-rate-out-of-range");
  },
  "the information for a report names versions and how the server was started": async () => {
    await vscode.commands.executeCommand("trainlint.debugInformation");
    const text = vscode.window.activeTextEditor!.document.getText();
    assert.match(text, /- server: trainlint \d+\.\d+/);
    assert.match(text, /-m trainlint server/);
    assert.match(text, /- Python: 3\.\d+/);
  },
};
