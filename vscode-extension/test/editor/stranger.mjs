// A workspace that is not trusted: nothing that it brings along is run, until it is trusted.
//   node test/editor/stranger.mjs RESULT.json FOLDER-FOR-SCREENSHOTS
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { copiedWorkspace, steps, until, withEditor } from "./editor.mjs";

const [result, pictures] = process.argv.slice(2).map((given) => path.resolve(given));
const vsix = path.join(import.meta.dirname, "../../trainlint.vsix");
const workspace = copiedWorkspace();
const settings = {
  "trainlint.interpreter": [process.env.INTERPRETER],
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
};
const outside = fs.mkdtempSync(`${workspace}-`);
const [started, imported] = ["started", "imported"].map((name) => path.join(outside, name));

// The workspace's settings name a program to start, and its settings file a plugin to import.
const program = path.join(workspace, "python");
fs.writeFileSync(program, `#!/bin/sh\ntouch '${started}'\nexec '${process.env.INTERPRETER}' "$@"\n`, { mode: 0o755 });
fs.mkdirSync(path.join(workspace, ".vscode"));
fs.writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify({ "trainlint.interpreter": [program] }));
fs.mkdirSync(path.join(workspace, "rules"));
fs.writeFileSync(path.join(workspace, "rules/own.py"), `open(${JSON.stringify(imported)}, "w").close()\n`);
fs.writeFileSync(path.join(workspace, "trainlint.toml"), 'plugins = ["./rules"]\n');

const { watching, step, picture, finish } = steps(result, pictures);
await withEditor({ workspace, settings, vsix, trust: true }, async ({ page, open, remote }) => {
  watching(page);
  await open([["openFile", remote(path.join(workspace, "digits_torch.py"))]]);
  await step("findings are shown without trust", async () => {
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ timeout: 90_000 });
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).first().waitFor();
  });
  await step("nothing of the workspace was run", async () => {
    assert.ok(!fs.existsSync(started), "the workspace's program was started");
    assert.ok(!fs.existsSync(imported), "the workspace's plugin was imported");
    await picture("10-restricted");
  });
  await step("with trust the workspace's program and plugin are used", async () => {
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).first().click();
    await page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
    await until("the program is started", () => fs.existsSync(started));
    await page.locator(".tab", { hasText: "digits_torch.py" }).first().click();
    await until("the plugin is imported", () => fs.existsSync(imported));
  });
});
finish();
