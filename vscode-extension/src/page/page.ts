// The page of the view: shows what it is sent, and sends back what was clicked.
import type { Asked, Fact, Finding, Judged, Location, NetworkTable, Section, Shown, Step, Understood } from "../understood";
import { curve } from "./curve";
import { element } from "./elements";

const editor = acquireVsCodeApi<{ document?: string }>();
const ask = (asked: Asked) => editor.postMessage(asked);

/** Text that leads to a place in the code, where there is one. */
function link(text: string, location: Location | null | undefined, look = "place"): HTMLElement {
  if (!location) {
    return element("span", {}, text);
  }
  const line = location.range.start.line + 1;
  const button = element("button", { type: "button", class: look, title: `Go to line ${line}` }, text);
  button.addEventListener("click", () => ask({ ask: "open", location }));
  return button;
}

const SIGNS = { error: "✖", warning: "▲", info: "●" };

function findingLine(finding: Finding, alone: boolean): HTMLElement {
  const { severity, code, message, page, location } = finding;
  const [said = "", ...help] = message.split("\n"); // the server puts the advice on lines of its own
  const rule = element("button", { type: "button", class: "rule", title: "Open the page of the rule" }, code);
  rule.addEventListener("click", () => ask({ ask: "page", page }));
  return element(
    "div",
    { class: `finding ${severity}` },
    element("span", { class: "sign", role: "img", "aria-label": severity }, SIGNS[severity]),
    element(
      "div",
      {},
      link(said, location, "message"),
      alone && element("div", { class: "quiet" }, help.join(" ")),
      element(
        "div",
        {},
        page ? rule : element("span", { class: "rule" }, code),
        alone && element("span", { class: "quiet" }, `, line ${location.range.start.line + 1}`),
      ),
    ),
  );
}

/** The findings that speak of a line of the code. */
class Findings {
  constructor(readonly all: Finding[]) {}

  at(location: Location | null | undefined): HTMLElement[] {
    const here = this.all.filter((finding) =>
      [finding.location, ...finding.related].some(
        (place) => location && place.uri === location.uri && place.range.start.line === location.range.start.line,
      ),
    );
    return here.map((finding) => findingLine(finding, false));
  }
}

function section({ title, location, facts, curve: values }: Section, findings: Findings): HTMLElement {
  const usual = facts.filter(isDefault);
  const told = facts.filter((fact) => !isDefault(fact));
  return element(
    "section",
    {},
    element("h2", {}, link(title, location)),
    values.length > 1 && curve("Learning rate over the run", [{ name: title, values, look: "rate" }]),
    table(told, findings),
    usual.length > 0 &&
      element(
        "details",
        {},
        element("summary", {}, usual.length === 1 ? "1 setting left as it is" : `${usual.length} settings left as they are`),
        table(usual, findings),
      ),
  );
}

/** Whether nobody wrote it: the library's own value. */
function isDefault({ source, location }: Fact): boolean {
  return !location && source.startsWith("default of");
}

function table(facts: Fact[], findings: Findings): HTMLElement {
  const sure = facts.every(({ certainty }) => !certainty);
  const said = new Set<string>();
  const rows = facts.flatMap(({ name, value, certainty, source, location }) => {
    const where = location ? `${location.uri}:${location.range.start.line}` : "";
    const marks = said.has(where) ? [] : findings.at(location);
    said.add(where);
    const row = element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element("td", {}, value),
      !sure && element("td", { class: "quiet" }, certainty),
      element("td", {}, link(source || (location ? `line ${location.range.start.line + 1}` : ""), location)),
    );
    return withMarks(row, marks);
  });
  return element(
    "table",
    {},
    element("thead", {}, heads("setting", "value", ...(sure ? [] : ["certainty"]), "from")),
    element("tbody", {}, ...rows),
  );
}

/** A row, and below it what was found there. */
function withMarks(row: HTMLElement, marks: HTMLElement[]): HTMLElement[] {
  const cell = () => element("td", { colspan: String(row.children.length) }, ...marks);
  return marks.length ? [row, element("tr", { class: "marks" }, cell())] : [row];
}

function heads(...names: string[]): HTMLElement {
  return element("tr", {}, ...names.map((name) => element("th", { scope: "col", class: name.replace(" ", "-") }, name)));
}

function network({ title, location, layers, branches, caption }: NetworkTable, findings: Findings): HTMLElement {
  const columns = ["#", "layer", "kind", ...(branches ? ["reads"] : []), "output shape", "parameters"];
  const rows = layers.flatMap((layer) => {
    const row = element(
      "tr",
      {},
      element("td", { class: "number" }, String(layer.number)),
      element("th", { scope: "row" }, link(layer.title, layer.location)),
      element("td", {}, layer.kind),
      branches && element("td", { class: "number" }, layer.reads.join(", ")),
      element("td", { class: "shape" }, layer.shape),
      element("td", { class: "number" }, layer.parameters),
    );
    return withMarks(row, findings.at(layer.location));
  });
  return element(
    "section",
    {},
    element("h2", {}, link(title, location)),
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, heads(...columns)),
      element("tbody", {}, ...rows),
    ),
  );
}

function steps(list: Step[], findings: Findings): HTMLElement {
  return element(
    "ul",
    {},
    ...list.map((step) =>
      element(
        "li",
        {},
        link(step.text, step.location),
        step.condition ? element("code", {}, step.condition) : undefined,
        ...findings.at(step.location),
        step.steps.length ? steps(step.steps, findings) : undefined,
      ),
    ),
  );
}

function titled(title: string, ...content: (HTMLElement | undefined)[]): HTMLElement {
  return element("section", {}, element("h2", {}, title), ...content);
}

/** What training said about one finding: the losses as the program stands, and with what the finding proposes. */
function judgement({ message, probe }: Judged): HTMLElement {
  const { verdict, evidence, plot, budget } = probe;
  const lines = [
    ...plot.as_written.map((values) => ({ name: "as written", values, look: "written" })),
    ...plot.control.map((values) => ({ name: "fixed", values, look: "fixed" })),
  ];
  const seeds = budget.seeds === 1 ? "1 seed" : `${budget.seeds} seeds`;
  return element(
    "div",
    { class: "judgement" },
    element("p", {}, element("strong", {}, verdict), `: ${message}`),
    ...evidence.map(({ text }) => element("p", { class: "quiet" }, text)),
    lines.length > 0 && curve(`Loss while training briefly: ${message}`, lines),
    lines.length > 0 &&
      element(
        "p",
        { class: "legend" },
        element("span", { class: "written" }, "as written"),
        plot.control.length > 0 && element("span", { class: "fixed" }, "with the fix"),
        element("span", { class: "quiet" }, `${budget.steps} steps, ${seeds}, ${budget.seconds.toFixed(1)} s`),
      ),
  );
}

function parts({ understood, findings: found, judged }: Extract<Shown, { understood: Understood }>): HTMLElement[] {
  const findings = new Findings(found);
  const { optimizers, networks, objectives, runs, loops, circumstances, unknowns } = understood;
  return [
    titled(
      "Findings",
      ...(found.length ? found.map((finding) => findingLine(finding, true)) : [element("p", {}, "None.")]),
    ),
    ...(judged.length ? [titled("What training said", ...judged.map(judgement))] : []),
    ...optimizers.map((each) => section(each, findings)),
    ...networks.map((each) => network(each, findings)),
    ...objectives.map((each) => section(each, findings)),
    ...runs.map((each) => section(each, findings)),
    ...loops.filter((loop) => loop.steps.length).map((loop) => titled(loop.text, steps(loop.steps, findings))),
    ...(circumstances.length ? [titled("Circumstances", element("p", {}, circumstances.join(", ")))] : []),
    ...(unknowns.length
      ? [titled("Not known", element("ul", {}, ...unknowns.map((unknown) => element("li", {}, unknown))))]
      : []),
  ];
}

/** Puts the page together anew; who stood on a button still stands on it. */
function show(shown: Shown): void {
  const main = document.getElementById("main")!;
  const buttons = () => [...main.querySelectorAll("button")];
  const focused = buttons().findIndex((button) => button === document.activeElement);
  main.replaceChildren(
    element("h1", {}, shown.file || "What trainlint understood"),
    ...("nothing" in shown
      ? [element("p", { class: "nothing" }, shown.nothing)]
      : parts(shown)),
  );
  buttons()[focused]?.focus();
}

window.addEventListener("message", ({ data }: MessageEvent<Shown & { document?: string }>) => {
  editor.setState({ document: data.document });
  show(data);
});
ask({ ask: "ready" });
