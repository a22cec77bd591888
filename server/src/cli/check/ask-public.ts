import { readBounded } from "../../core/read-bounded.ts";
import type { PublicAnswer } from "./issuer-answer.ts";

const ANSWER_MS = 5000;
const BYTES_MOST = 131_072;

/** Asks a URL once, as a client would: no redirect is followed. Rejects as `fetch` does. */
export async function askPublic(url: string): Promise<PublicAnswer & { readonly headers: Headers }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "manual" });
  const { status, headers } = response;
  const bytes = await readBounded(response.body, BYTES_MOST);
  return { status, headers, location: headers.get("location") ?? undefined, object: objectIn(bytes) };
}

function objectIn(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
