import type { PlatformAnswer } from "./runtime.ts";

/** What a platform gave to `success`, with the documented types; `undefined` if it is no HTTP answer. */
export function readPlatformAnswer(given: unknown): PlatformAnswer | undefined {
  const answer = Object(given) as Partial<PlatformAnswer> & { readonly headers?: unknown };
  // Some platforms give a text.
  const statusCode = Number(answer.statusCode);
  if (!(statusCode > 0)) return;
  const header = Object(answer.header || answer.headers) as PlatformAnswer["header"];
  return Object.assign({}, answer, { statusCode, header });
}

/** Platforms and HTTP versions spell header names differently, and give some values as lists. */
export function headerOf(header: PlatformAnswer["header"], name: string): string | undefined {
  for (const spelled of Object.keys(header)) {
    const value = header[spelled];
    if (spelled.toLowerCase() === name && value) return String(value);
  }
  return undefined;
}

/** The JSON body as an object; platforms leave what they cannot parse as text, and always do so for uploads. */
export function bodyOf({ data }: PlatformAnswer): Readonly<Record<string, unknown>> {
  let value = data;
  if (typeof data === "string") {
    try {
      // Also without a byte order mark.
      value = JSON.parse(data.trim());
    } catch (_) {
      // A text that is no JSON has no members.
    }
  }
  return Object(value) as Record<string, unknown>;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
