/** What a server said over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; empty if it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** An attacker waits no longer than this; a hang counts as a fault of the server. */
const DEADLINE_MS = 20_000;

/** Sends one request and reads the whole answer. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(DEADLINE_MS), ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: objectIn(text) };
}

/** A form by POST. */
export function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

/** HTTP Basic, form-encoded as RFC 6749 §2.3.1 says. */
export function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? { ...read } : {};
  } catch {
    return {};
  }
}
