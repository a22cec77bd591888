/** What of a database's settings must or should be changed. */
export interface DatabaseFinding {
  /** With an `error` Hufu does not start; a `warning` is logged, and so is a `note`, which needs no action. */
  readonly level: "error" | "warning" | "note";
  /** What was found and what to change, in one sentence or two. */
  readonly text: string;
}

export function errorFinding(text: string): DatabaseFinding {
  return Object.freeze<DatabaseFinding>({ level: "error", text });
}

export function warningFinding(text: string): DatabaseFinding {
  return Object.freeze<DatabaseFinding>({ level: "warning", text });
}

export function noteFinding(text: string): DatabaseFinding {
  return Object.freeze<DatabaseFinding>({ level: "note", text });
}
