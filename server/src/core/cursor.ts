/** A place in the outbox of revocations. */
export interface Cursor {
  /** Raised by a restore: then nothing read before counts. */
  readonly epoch: number;
  readonly number: number;
}

const FORM = /^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/;

/** `"3.1842"`, as docs/protocol.md §6 writes it → a cursor, or `undefined` if it is none. */
export function parseCursor(text: unknown): Cursor | undefined {
  const match = typeof text === "string" ? FORM.exec(text) : null;
  return match === null ? undefined : { epoch: Number(match[1]), number: Number(match[2]) };
}

export function formatCursor({ epoch, number }: Cursor): string {
  return `${epoch}.${number}`;
}
