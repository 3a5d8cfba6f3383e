// Runs inside the extension host, with the whole interface of VS Code. Every case is tried; the result is written down.
import * as fs from "node:fs";
import { keras, notebook, torch } from "./checking";
import { inspect } from "./inspecting";
import { started, starting } from "./starting";

const CASES: Record<string, () => Promise<void>> = { ...started, ...torch, ...keras, ...notebook, ...inspect, ...starting };

export async function run(): Promise<void> {
  const result: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(CASES)) {
    const began = Date.now();
    try {
      await attempt();
      result[name] = "passed";
    } catch (error) {
      result[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    console.log(name, result[name], `${Date.now() - began} ms`);
    if (Object.values(result).filter((outcome) => outcome !== "passed").length > 2) {
      break; // the rest would only take its time to fail
    }
  }
  fs.writeFileSync(process.env.RESULT!, JSON.stringify(result, null, 1));
  if (Object.values(result).some((outcome) => outcome !== "passed")) {
    throw new Error("some cases failed");
  }
}
