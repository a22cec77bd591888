/** A place in the revocation feed: whole numbers, of which the epoch changes when a backup is restored. */
export interface Cursor {
  readonly epoch: number;
  readonly number: number;
}

const FORM = /^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/;

/** `"3.1842"` → a cursor, or `undefined` if it is none. */
export function parseCursor(text: unknown): Cursor | undefined {
  const match = typeof text === "string" ? FORM.exec(text) : null;
  return match === null ? undefined : { epoch: Number(match[1]), number: Number(match[2]) };
}

/** As `Last-Event-ID` carries it. */
export function formatCursor({ epoch, number }: Cursor): string {
  return `${epoch}.${number}`;
}
