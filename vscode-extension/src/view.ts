// The view "What trainlint understood", beside the editor. It holds no logic: the server says what to show.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { pageOf } from "./server";
import type { Asked, Finding, Judged, Location, Shown, Understood } from "./understood";

const TYPE = "trainlint.understood";
const PAUSE = 300; // milliseconds of rest before it is asked again what was understood

export class View implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.Uri | undefined;
  private waiting: NodeJS.Timeout | undefined;
  private asked = 0;
  private readonly judged = new Map<string, Judged[]>(); // by document, until that is changed
  private readonly listening: vscode.Disposable[];
  /** What the page was last told; for tests. */
  shown: Shown | undefined;

  constructor(
    private readonly folder: vscode.Uri,
    private readonly client: () => LanguageClient | undefined,
  ) {
    this.listening = [
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(documentOf(editor))),
      vscode.window.onDidChangeActiveNotebookEditor((editor) => this.follow(editor?.notebook.uri)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length) {
          this.judged.delete(whole(document.uri).toString());
          this.refreshIf(document.uri);
        }
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.refreshIf(uri))),
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: async (panel, state: { document?: string } | undefined) => {
          this.document = state?.document ? vscode.Uri.parse(state.document) : undefined;
          this.settle(panel);
        },
      }),
    ];
  }

  show(document?: vscode.Uri): void {
    const active = documentOf(vscode.window.activeTextEditor) ?? vscode.window.activeNotebookEditor?.notebook.uri;
    this.document = (document && whole(document)) ?? active ?? this.document;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      void this.refresh();
    } else {
      const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.settle(vscode.window.createWebviewPanel(TYPE, "What trainlint understood", where));
    }
  }

  /** Shows what training said about the findings of a document. */
  judge(document: vscode.Uri, findings: Judged[]): void {
    this.judged.set(whole(document).toString(), findings);
    this.show(document);
  }

  /** Asks again soon, of all the asking in between only once. */
  refreshSoon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.refresh(), PAUSE);
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.panel?.dispose();
    vscode.Disposable.from(...this.listening).dispose();
  }

  private follow(document: vscode.Uri | undefined): void {
    if (document && document.toString() !== this.document?.toString()) {
      this.document = document;
      this.refreshSoon();
    }
  }

  private refreshIf(uri: vscode.Uri): void {
    if (this.panel && whole(uri).toString() === this.document?.toString()) {
      this.refreshSoon();
    }
  }

  private settle(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.folder, "media", "icon.png");
    panel.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.folder, "dist")] };
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((asked: Asked) => this.answer(asked));
    panel.webview.html = this.html(panel.webview); // it asks for more when it is ready
  }

  private async answer(asked: Asked): Promise<void> {
    if (asked.ask === "open") {
      await open(asked.location);
    } else if (asked.ask === "page") {
      await vscode.commands.executeCommand("trainlint.openRulePage", asked.page, this.panel?.viewColumn);
    } else {
      await this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    const turn = ++this.asked;
    const shown = await this.ask();
    if (this.panel && turn === this.asked) {
      this.shown = shown;
      await this.panel.webview.postMessage({ ...shown, document: this.document?.toString() });
    }
  }

  private async ask(): Promise<Shown> {
    const client = this.client();
    if (!this.document) {
      return { file: "", nothing: "Open a Python file that trains something." };
    }
    const file = vscode.workspace.asRelativePath(this.document);
    if (!client) {
      return { file, nothing: "trainlint is not running." };
    }
    try {
      const uri = client.code2ProtocolConverter.asUri(this.document);
      const answer = await client.sendRequest<Answer | null>("trainlint/understood", { textDocument: { uri } });
      const understood = answer?.understood;
      if (!understood || !hasParts(understood)) {
        return { file, nothing: answer?.reason || "Nothing that trains was found here." };
      }
      const judged = this.judged.get(this.document.toString()) ?? [];
      return { file, understood, findings: findingsOf(this.document), judged };
    } catch (error) {
      return { file, nothing: `trainlint could not say: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  private html(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString("base64");
    const at = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.folder, "dist", name)).toString();
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>What trainlint understood</title>
  <link rel="stylesheet" href="${at("page.css")}">
</head>
<body>
  <main id="main" aria-live="polite"></main>
  <script nonce="${nonce}" src="${at("page.js")}"></script>
</body>
</html>`;
  }
}

interface Answer {
  understood?: Understood | null;
  reason?: string; // why there is nothing
}

function hasParts({ optimizers, networks, objectives, runs }: Understood): boolean {
  return [optimizers, networks, objectives, runs].some(({ length }) => length > 0);
}

/** What an editor edits: a Python file, or the notebook that a cell belongs to. */
function documentOf(editor: vscode.TextEditor | undefined): vscode.Uri | undefined {
  return editor?.document.languageId === "python" ? whole(editor.document.uri) : undefined;
}

/** For a cell its notebook, for everything else itself. */
function whole(uri: vscode.Uri): vscode.Uri {
  return notebookOf((cell) => cell.document.uri.toString() === uri.toString())?.uri ?? uri;
}

function notebookOf(having: (cell: vscode.NotebookCell) => boolean): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.getCells().some(having));
}

const SEVERITIES = ["error", "warning", "info", "info"] as const;

/** The findings of a file, or of all cells of a notebook. */
function findingsOf(document: vscode.Uri): Finding[] {
  const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.toString() === document.toString());
  return notebook ? notebook.getCells().flatMap((cell) => shownAt(cell.document.uri)) : shownAt(document);
}

function shownAt(uri: vscode.Uri): Finding[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === "trainlint")
    .map((diagnostic) => ({
      severity: SEVERITIES[diagnostic.severity],
      code: String(typeof diagnostic.code === "object" ? diagnostic.code.value : (diagnostic.code ?? "")),
      message: diagnostic.message,
      page: pageOf(diagnostic),
      location: { uri: uri.toString(), range: plain(diagnostic.range) },
      related: (diagnostic.relatedInformation ?? []).map(({ location }) => ({
        uri: location.uri.toString(),
        range: plain(location.range),
      })),
    }));
}

function plain({ start, end }: vscode.Range): Location["range"] {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

/** Shows a place in an editor; in the one that has the file already, where there is one. */
async function open({ uri, range }: Location): Promise<void> {
  const target = vscode.Uri.parse(uri);
  const selection = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  const cell = vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find(({ document }) => document.uri.toString() === target.toString());
  if (cell) {
    const cells = new vscode.NotebookRange(cell.index, cell.index + 1);
    await vscode.window.showNotebookDocument(cell.notebook, { selections: [cells] });
    return;
  }
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === target.toString());
  const viewColumn = editor?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(target, { viewColumn, selection });
}
