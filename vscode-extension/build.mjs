// Bundles the extension into dist/; with --package also makes the wheel that comes with it, and the .vsix.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

process.chdir(import.meta.dirname);
const shared = { bundle: true, minify: true, logLevel: "warning", outdir: "dist" };
rmSync("dist", { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ["src/extension.ts"],
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
});
await build({ ...shared, entryPoints: ["src/page/page.ts", "src/page/page.css"], target: "es2022", format: "iife" });

if (process.argv.includes("--package")) {
  rmSync("bundled", { recursive: true, force: true });
  mkdirSync("bundled");
  const run = (program, ...args) => execFileSync(program, args, { stdio: "inherit" });
  run(process.env.PYTHON ?? "python3", "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--wheel-dir", "bundled", "..");
  copyFileSync("../LICENSE", "LICENSE");
  run("npx", "vsce", "package", "--no-dependencies", "--allow-missing-repository", "--out", "trainlint.vsix");
}
