/** A host's function may throw anything, and to frameworks `undefined`, or `"route"`, is no error: the handler would be called. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`something that is no error was thrown: ${String(thrown)}`);
}
