import type { Cursor } from "../store/revocations.ts";

const SHAPE = /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})$/;

/** `epoch.number`, as docs/protocol.md §6 writes a place in the outbox. */
export function cursorText({ epoch, number }: Cursor): string {
  return `${epoch}.${number}`;
}

/** `undefined` if it is no cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, number] = SHAPE.exec(text) ?? [];
  if (epoch === undefined || number === undefined) return undefined;
  const cursor = { epoch: Number(epoch), number: Number(number) };
  return Number.isSafeInteger(cursor.epoch) && Number.isSafeInteger(cursor.number) ? cursor : undefined;
}
