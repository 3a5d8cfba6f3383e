// VS Code as code-server, in a browser without a screen. Everything it writes goes into a folder of its own.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const CACHE = path.join(import.meta.dirname, "../../../.cache");
const ENTRY = path.join(CACHE, "code-server-4.100.3/node_modules/code-server/out/node/entry.js");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

const SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "chat.commandCenter.enabled": false,
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries until something comes back that counts. */
export async function until(what, attempt, milliseconds = 60_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await attempt();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in vain for ${milliseconds / 1000} s: ${what}`);
    await sleep(100);
  }
}

/** Runs `work` with an editor, and ends the editor whatever comes of it. */
export async function withEditor({ workspace, settings = {}, trust = false, vsix, size = [1280, 800] }, work) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "trainlint-editor-"));
  const data = path.join(home, "data");
  const settingsFile = path.join(data, "User/settings.json");
  fs.mkdirSync(path.dirname(settingsFile), { recursive: true });
  fs.writeFileSync(settingsFile, JSON.stringify({ ...SETTINGS, ...settings }));
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "http://127.0.0.1:9" }), // nothing is looked up outside
  };
  const folders = ["--user-data-dir", data, "--extensions-dir", path.join(home, "extensions")];
  let server, browser;
  try {
    if (vsix) {
      const done = spawnSync(process.execPath, [ENTRY, ...folders, "--install-extension", vsix], { env, encoding: "utf8" });
      if (done.status !== 0) throw new Error(`the extension is not installed: ${done.stdout}${done.stderr}`);
    }
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const options = ["--auth", "none", "--bind-addr", address, "--disable-telemetry", "--disable-update-check"];
    if (!trust) options.push("--disable-workspace-trust");
    const log = fs.openSync(path.join(home, "server.log"), "w");
    server = spawn(process.execPath, [ENTRY, ...folders, ...options, "--disable-getting-started-override", workspace], {
      env,
      stdio: ["ignore", log, log],
    });
    await until("code-server answers", () => fetch(`http://${address}/healthz`).then((answer) => answer.ok, () => false));
    browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-gpu"] });
    const page = await browser.newPage({ viewport: { width: size[0], height: size[1] } });
    const open = (payload) =>
      page.goto(
        `http://${address}/?folder=${encodeURIComponent(workspace)}` +
          `&payload=${encodeURIComponent(JSON.stringify(payload))}`,
      );
    const remote = (file) => `vscode-remote://${address}${file}`;
    return await work({ page, open, remote, home });
  } finally {
    await browser?.close();
    if (server && server.exitCode === null) {
      server.kill("SIGTERM");
      await Promise.race([new Promise((resolve) => server.once("exit", resolve)), sleep(5000)]);
      server.kill("SIGKILL");
    }
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Does things one after the other, and writes down what came of each; of a failure also a picture. */
export function steps(result, pictures) {
  fs.mkdirSync(pictures, { recursive: true });
  const outcomes = {};
  let page;
  const picture = (name) => page.screenshot({ path: path.join(pictures, `${name}.png`) });
  const failures = () => Object.values(outcomes).filter((outcome) => outcome !== "passed").length;
  return {
    watching: (opened) => (page = opened),
    picture,
    step: async (name, work) => {
      if (failures() > 2) return; // the rest would only take its time to fail
      const began = Date.now();
      try {
        await work();
        outcomes[name] = "passed";
      } catch (error) {
        outcomes[name] = error.stack ?? String(error);
        await picture(`failed: ${name}`);
      }
      console.log(name, outcomes[name], `${Date.now() - began} ms`);
    },
    finish: () => {
      fs.writeFileSync(result, JSON.stringify(outcomes, null, 1));
      process.exit(failures() ? 1 : 0);
    },
  };
}

function browserPath() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = BROWSERS.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(fs.existsSync);
  if (!found) throw new Error(`none of ${BROWSERS.join(", ")} is installed`);
  return found;
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A copy of the workspace of the tests, which they may change; it is removed at their end, with what lies beside it. */
export function copiedWorkspace() {
  const around = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "trainlint-")));
  process.on("exit", () => fs.rmSync(around, { recursive: true, force: true }));
  const folder = path.join(around, "digits");
  fs.mkdirSync(folder);
  for (const name of ["digits_torch.py", "digits_keras.py", "flowers.ipynb"]) {
    fs.copyFileSync(path.join(import.meta.dirname, "workspace", name), path.join(folder, name));
  }
  return folder;
}
