// What the server answers to `trainlint/understood`; src/trainlint/report/understood.py makes it.

export interface Position {
  line: number;
  character: number;
}

export interface Location {
  uri: string;
  range: { start: Position; end: Position };
}

export interface Fact {
  name: string;
  value: string;
  certainty: string;
  source: string;
  location?: Location | null;
}

export interface Section {
  title: string;
  location?: Location | null;
  facts: Fact[];
  curve: number[];
}

export interface LayerRow {
  number: number;
  title: string;
  kind: string;
  reads: number[];
  shape: string;
  parameters: string;
  location?: Location | null;
}

export interface NetworkTable {
  title: string;
  location?: Location | null;
  layers: LayerRow[];
  branches: boolean;
  caption: string;
}

export interface Step {
  text: string;
  condition: string;
  location?: Location | null;
  steps: Step[];
}

export interface Understood {
  filename: string;
  optimizers: Section[];
  networks: NetworkTable[];
  objectives: Section[];
  runs: Section[];
  loops: Step[];
  circumstances: string[];
  unknowns: string[];
}

export interface Finding {
  severity: "error" | "warning" | "info";
  code: string;
  message: string;
  page: string; // of the rule, "" where it has none
  location: Location;
  related: Location[];
}

/** What a short training said about a finding; src/trainlint/engine/verdict.py. Losses are null where they were no number. */
export interface Judged {
  message: string;
  probe: {
    verdict: "confirmed" | "refuted" | "inconclusive";
    evidence: { text: string }[];
    plot: { as_written: (number | null)[][]; control: (number | null)[][] };
    budget: { steps: number; seconds: number; seeds: number };
  };
}

/** What the extension sends to the page: all of it, or a sentence that says why there is nothing. */
export type Shown = { file: string; understood: Understood; findings: Finding[]; judged: Judged[] } | { file: string; nothing: string };

/** What the page asks of the extension. */
export type Asked = { ask: "ready" } | { ask: "open"; location: Location } | { ask: "page"; page: string };
