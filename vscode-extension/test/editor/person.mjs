// The packaged extension as a person sees it: installed in a real editor, used with mouse and keyboard.
//   node test/editor/person.mjs RESULT.json FOLDER-FOR-SCREENSHOTS
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { copiedWorkspace, sleep, steps, until, withEditor } from "./editor.mjs";

const [result, pictures] = process.argv.slice(2).map((given) => path.resolve(given));
const vsix = path.join(import.meta.dirname, "../../trainlint.vsix");
const workspace = copiedWorkspace();
const settings = { "trainlint.interpreter": [process.env.INTERPRETER], "workbench.colorTheme": "Default Light Modern" };
const { watching, step, picture, finish } = steps(result, pictures);

await withEditor({ workspace, settings, vsix, size: [1400, 860] }, async ({ page, open, remote }) => {
  watching(page);
  const editor = page.locator(".editor-instance .monaco-editor").first();
  const squiggles = page.locator(".monaco-editor .squiggly-error, .monaco-editor .squiggly-warning");
  const labels = (rows) => page.locator(rows).evaluateAll((all) => all.map((row) => row.getAttribute("aria-label") ?? ""));
  const problems = () => labels(".markers-panel .monaco-list-row");
  const command = async (title) => {
    await page.keyboard.press("F1");
    await page.locator(".quick-input-widget input").fill(`>${title}`);
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await page.keyboard.press("Enter");
  };
  const openFile = async (name) => {
    await page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).dblclick();
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  };
  const lineWith = (text) => page.locator(".monaco-editor .view-line", { hasText: text }).first();
  /** Where a line with this text is underlined. */
  const underlined = (text) =>
    until(`the line with ${text} is underlined`, async () => {
      const line = await lineWith(text).boundingBox();
      for (const squiggle of await squiggles.all()) {
        const box = await squiggle.boundingBox();
        if (line && box && Math.abs(box.y - line.y) < line.height / 2) return box;
      }
    });
  /** The page of the view, which lies in a frame within a frame. */
  const view = () =>
    until("the view", async () => {
      for (const frame of page.frames()) {
        if (await frame.locator("#main h2").count().catch(() => 0)) return frame;
      }
    });

  await open([["openFile", remote(path.join(workspace, "digits_torch.py"))]]);

  await step("squiggles stand where a PyTorch script is wrong", async () => {
    await squiggles.first().waitFor({ timeout: 90_000 });
    await until("both are shown", async () => (await squiggles.count()) >= 2);
  });
  await step("the problems panel lists the findings", async () => {
    await page.keyboard.press("Control+Shift+M");
    const rows = await until("rows", async () => {
      const rows = await problems();
      return rows.length >= 3 && rows;
    });
    for (const part of ["applies a second softmax", "does not move the loss"]) {
      assert.ok(rows.some((row) => row.includes(part)), rows.join("\n"));
    }
  });
  await step("shapes and rates stand in the code", async () => {
    await until("hints", async () => /→\s\(64,\s128\)/.test(await editor.innerText()));
    await picture("1-problems");
  });
  await step("hovering explains the finding", async () => {
    const box = await underlined("optimizer = ");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "learning-rate-too-low" }).first();
    await hover.waitFor();
    assert.match(await hover.innerText(), /does not move the loss/);
    await sleep(500); // the hover of the server comes after that of the finding
    await picture("2-hover");
    await page.mouse.move(5, 5);
  });
  await step("a quick fix is chosen with the keyboard, and saved", async () => {
    const before = (await problems()).length;
    const box = await underlined("optimizer = ");
    await page.mouse.click(box.x + 4, box.y + 2);
    await page.keyboard.press("Control+.");
    const rows = page.locator(".action-widget .monaco-list-row");
    await rows.first().waitFor();
    await sleep(300);
    await picture("3-fixes");
    // An overlay keeps clicks away from the menu.
    await until("the fix is under the cursor", async () => {
      const focused = await page.locator(".action-widget .monaco-list-row.focused").getAttribute("aria-label").catch(() => "");
      if (focused?.includes("0.01")) return true;
      await page.keyboard.press("ArrowDown");
    });
    await page.keyboard.press("Enter");
    await until("one finding less", async () => (await problems()).length < before);
    await page.keyboard.press("Control+S");
    await page.locator(".tab.dirty").waitFor({ state: "detached" });
    assert.match(fs.readFileSync(path.join(workspace, "digits_torch.py"), "utf8"), /^LEARNING_RATE = 0\.01$/m);
    await picture("4-fixed");
  });
  await step("the status bar says that trainlint runs", async () => {
    const item = page.locator(".statusbar-item", { hasText: "trainlint" }).first();
    assert.match(await item.getAttribute("aria-label"), /running/);
  });
  await step("training briefly is offered above what trains", async () => {
    await page.keyboard.press("Control+J"); // closes the panel
    await editor.locator(".codelens-decoration", { hasText: "Confirm by training briefly" }).first().waitFor();
  });
  await step("the view is shown in the light", async () => {
    await command("trainlint: Show What trainlint Understood");
    const frame = await view();
    const text = await frame.locator("#main").innerText();
    for (const part of ["Optimizer SGD", "100,480", "softmax-before-cross-entropy", "backward"]) assert.ok(text.includes(part), part);
    assert.equal(await frame.locator("svg.curve").count(), 1);
    await picture("5-view-light");
  });
  await step("the view needs no mouse", async () => {
    const frame = await view();
    const button = frame.locator("button", { hasText: "LEARNING_RATE" }).first();
    await button.focus();
    assert.equal(await button.evaluate((it) => document.activeElement === it), true);
    await page.keyboard.press("Enter");
    const selected = page.locator(".editor-instance .monaco-editor .selected-text").first();
    await selected.waitFor();
    await until("the selection is where the value was written", async () => {
      const [place, line] = [await selected.boundingBox(), await lineWith("LEARNING_RATE = 0.01").boundingBox()];
      return place && line && Math.abs(place.y - line.y) < 4;
    });
    const unnamed = await frame.locator("button:not([title])").count();
    assert.equal(unnamed, 0, "every button says what it does");
  });
  await step("the view is shown in the dark", async () => {
    await command("Preferences: Toggle between Light/Dark Themes");
    const frame = await view();
    await until("darkness", () => frame.evaluate(() => document.body.classList.contains("vscode-dark")));
    const [text, ground] = await frame.evaluate(() => {
      const look = getComputedStyle(document.body);
      return [look.color, look.backgroundColor];
    });
    assert.ok(contrast(text, ground) >= 4.5, `${text} on ${ground}`);
    await sleep(300);
    await picture("6-view-dark");
  });
  await step("training briefly confirms a finding, and shows both losses", async () => {
    await editor.locator(".codelens-decoration a", { hasText: "Confirm by training briefly" }).first().click();
    const frame = await view();
    await frame.locator(".judgement", { hasText: "confirmed" }).first().waitFor({ timeout: 60_000 });
    assert.ok((await frame.locator(".judgement polyline.written").count()) > 0);
    await sleep(300);
    await picture("6-training");
  });
  await step("the page of a rule is shown as it is meant to look", async () => {
    const frame = await view();
    await frame.locator("button.rule", { hasText: "softmax-before-cross-entropy" }).first().click();
    const heading = () =>
      Promise.all(page.frames().map((each) => each.locator("h1", { hasText: "softmax-before" }).count().catch(() => 0)));
    await until("the page", async () => (await heading()).some(Boolean));
    await sleep(300);
    await picture("7-rule");
    await page.locator(".tab.active", { hasText: "softmax-before" }).locator(".codicon-close").click();
    await view();
  });
  await step("squiggles stand where a Keras script is wrong", async () => {
    await page.locator(".tab", { hasText: "digits_torch.py" }).first().click();
    await openFile("digits_keras.py");
    await until("all three", async () => (await squiggles.count()) >= 2);
    await sleep(500);
    await picture("8-keras");
  });
  await step("squiggles stand in the cells of a notebook", async () => {
    await page.locator(".tab", { hasText: "digits_keras.py" }).first().click();
    await openFile("flowers.ipynb");
    const inCells = page.locator(".notebook-editor .squiggly-error, .notebook-editor .squiggly-warning");
    await inCells.first().waitFor();
    await picture("9-notebook");
  });
});
finish();

/** The contrast of two colours, as WCAG 2 counts it: 1 to 21. */
function contrast(...colours) {
  const [dark, light] = colours
    .map((colour) => {
      const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}
