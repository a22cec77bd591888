const DEPTH_MOST = 3;

/** The codes of a failed connection: of an error, of its cause, or of all addresses that were tried. Never a message. */
export function networkCodes(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > DEPTH_MOST) return [];
  if (error instanceof AggregateError) return error.errors.flatMap((each) => networkCodes(each, depth + 1));
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,39}$/.test(code)) return [code];
  return networkCodes(error.cause, depth + 1);
}
