// Runs suite/ inside the extension host of a real editor. INTERPRETER is the Python whose trainlint is used.
//   node test/editor/host.mjs RESULT.json
import { build } from "esbuild";
import path from "node:path";
import { copiedWorkspace, sleep, withEditor } from "./editor.mjs";

const extension = path.resolve(import.meta.dirname, "../..");
const suite = path.join(extension, "dist/test/suite.js");
await build({
  entryPoints: [path.join(import.meta.dirname, "suite/suite.ts")],
  outfile: suite,
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["vscode"],
  logLevel: "warning",
});
const workspace = copiedWorkspace();
process.env.RESULT = path.resolve(process.argv[2]);
process.env.WORKSPACE = workspace;
const settings = { "trainlint.interpreter": [process.env.INTERPRETER] };
const code = await withEditor({ workspace, settings }, async ({ page, open, remote }) => {
  const done = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
  await page.exposeFunction("codeAutomationLog", (type, args) => console.error(`[${type}]`, ...args));
  await open([
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(suite)],
  ]);
  const exit = await Promise.race([done, sleep(300_000)]);
  if (exit !== 0) await page.screenshot({ path: `${process.env.RESULT}.png` });
  return exit ?? "no answer";
});
process.exit(code === 0 ? 0 : 1);
