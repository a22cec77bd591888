/** What a check says of one thing: `ok`, a `warning` that stops nothing, or an `error` that stops the start or sign-in. */
export interface Finding {
  readonly what: string;
  readonly level: "ok" | "warning" | "error";
  /** What was found and what to do, in one sentence or two. Never a secret. */
  readonly text: string;
}

export function finding(what: string, level: Finding["level"], text: string): Finding {
  return Object.freeze({ what, level, text });
}
