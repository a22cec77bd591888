import { type Agent, request } from "node:http";

/** What came back: an answer, or nothing that a client could use. */
export type Heard =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "nothing"; readonly why: string };

export interface AskOptions {
  /** A client of its own right, by HTTP Basic. */
  readonly basic?: readonly [id: string, secret: string];
  readonly bearer?: string;
  /** After so many milliseconds the client goes away. Default: 8000. */
  readonly timeoutMs?: number;
  /** Whose connections are used. Default: nobody's, a connection for this request alone. */
  readonly agent?: Agent;
}

/** Posts a form, or reads where there is none. Half an answer is none. */
export function askNode(
  port: number,
  path: string,
  form: Readonly<Record<string, string>> | undefined,
  options: AskOptions = {},
): Promise<Heard> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers: Record<string, string> = options.agent === undefined ? { connection: "close" } : {};
  if (body !== undefined) {
    headers["content-type"] = "application/x-www-form-urlencoded";
    headers["content-length"] = String(Buffer.byteLength(body));
  }
  if (options.basic !== undefined) {
    headers["authorization"] = `Basic ${Buffer.from(options.basic.join(":")).toString("base64")}`;
  }
  if (options.bearer !== undefined) headers["authorization"] = `Bearer ${options.bearer}`;
  return new Promise((resolve) => {
    const nothing = (why: string): void => {
      clearTimeout(limit);
      resolve({ kind: "nothing", why });
    };
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: body === undefined ? "GET" : "POST",
        agent: options.agent ?? false,
        headers,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => nothing(error.message));
        response.on("close", () => {
          if (!response.complete) return nothing("the answer broke off");
          clearTimeout(limit);
          const text = Buffer.concat(chunks).toString("utf8");
          const retryAfter = response.headers["retry-after"];
          resolve({ kind: "answer", status: response.statusCode ?? 0, retryAfter, body: parsed(text) });
        });
      },
    );
    const limit = setTimeout(() => {
      asked.destroy();
      nothing("no answer in time");
    }, options.timeoutMs ?? 8000);
    asked.on("error", (error) => nothing(error.message));
    asked.end(body);
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** `ok`, the reason of the refusal, the status where there is none, or `nothing`. */
export function verdictOfHeard(heard: Heard): string {
  if (heard.kind === "nothing") return "nothing";
  if (heard.status < 300) return "ok";
  const { reason } = heard.body;
  return typeof reason === "string" ? (heard.status === 503 ? "unavailable" : reason) : `status ${heard.status}`;
}

/** A member of the answer's body that is a text; empty if there is none. */
export function textIn(heard: Heard, member: string): string {
  const value = heard.kind === "answer" ? heard.body[member] : undefined;
  return typeof value === "string" ? value : "";
}
