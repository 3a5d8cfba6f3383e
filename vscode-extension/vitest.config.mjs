import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/unit/**/*.test.ts"] },
  // There is no VS Code here: what the extension uses of it stands in this file.
  resolve: { alias: { vscode: new URL("test/unit/vscode.ts", import.meta.url).pathname } },
});
