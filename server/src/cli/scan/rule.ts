/** One place in a file that a rule found. */
export interface Match {
  /** Where it begins, in characters from the beginning of the text. */
  readonly index: number;
  /** How many characters of it may be shown. The rest is a secret. */
  readonly shown: number;
  readonly length: number;
}

/** One kind of leak. */
export interface Rule {
  /** Stable: reports, suppressions and SARIF name it. */
  readonly id: string;
  readonly level: "error" | "warning";
  /** What was found, as one sentence. */
  readonly found: string;
  /** What to do, as one or two sentences. */
  readonly remedy: string;
  /** The page that explains it. */
  readonly help: string;
  find(text: string): Iterable<Match>;
}

/** Every match of a pattern with the flag `g`; the first group is the secret, if there is one. */
export function* matchesOf(text: string, pattern: RegExp): Iterable<Match> {
  for (const match of text.matchAll(pattern)) {
    const [whole, secret] = match;
    const from = secret === undefined ? 0 : whole.indexOf(secret);
    yield { index: match.index, length: whole.length, shown: secret === undefined ? whole.length : from };
  }
}
