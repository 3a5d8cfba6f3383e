// As much of VS Code as the unit tests need, to be set as they like.
export const given = {
  settings: {} as Record<string, unknown>,
  trusted: true,
  extensions: [] as string[],
  answer: undefined as string | undefined, // what the user chooses
  told: [] as string[],
  executed: [] as unknown[][],
};

export const workspace = {
  get isTrusted() {
    return given.trusted;
  },
  getConfiguration: () => ({ get: (name: string) => given.settings[name] }),
};
export const window = {
  showErrorMessage: (message: string) => {
    given.told.push(message);
    return Promise.resolve(given.answer);
  },
  withProgress: (_: unknown, work: () => Promise<unknown>) => work(),
};
export const commands = {
  executeCommand: (...command: unknown[]) => {
    given.executed.push(command);
    return Promise.resolve();
  },
};
export const extensions = {
  getExtension: (name: string) => (given.extensions.includes(name) ? {} : undefined),
};
export class Disposable {
  constructor(readonly dispose: () => void) {}
}
export const ProgressLocation = { Notification: 15 };
export class Uri {
  constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query: string,
  ) {}
  static parse(text: string): Uri {
    const { protocol, pathname, search } = new URL(text);
    return new Uri(protocol.slice(0, -1), pathname, search.slice(1));
  }
  toString(): string {
    return `${this.scheme}:${this.scheme === "file" ? "//" : ""}${this.path}${this.query ? `?${this.query}` : ""}`;
  }
}
