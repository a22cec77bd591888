import type { AnswerHead } from "../network/network-call.ts";
import { later, type NetworkParts, TIMEOUT_MS } from "../network/network-parts.ts";
import { contentTypeIn, outgoingHeaders } from "../network/outgoing-headers.ts";
import { convertData } from "../network/request-body.ts";
import { arrayBufferOf } from "./bytes.ts";
import { createListeners } from "./call-listeners.ts";
import { type Callbacks, callBack } from "./callbacks.ts";

export interface RequestResult {
  /** An object where the answer was JSON, else a text; an ArrayBuffer where that was asked for. */
  readonly data: unknown;
  readonly statusCode: number;
  readonly header: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly errMsg: string;
}

export interface RequestOptions extends Callbacks<RequestResult> {
  readonly url: string;
  readonly method?: string;
  readonly data?: unknown;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
  readonly dataType?: string;
  readonly responseType?: string;
  readonly enableChunked?: boolean;
  readonly redirect?: string;
}

/** What is known about an answer before its body has come. */
export interface HeadersReceived {
  readonly header: Readonly<Record<string, string>>;
  readonly statusCode: number;
  readonly cookies: readonly string[];
}

type HeadersListener = (event: HeadersReceived) => void;
type ChunkListener = (event: { readonly data: ArrayBuffer }) => void;

/** What `wx.request` answers. */
export interface RequestTask {
  abort(): void;
  onHeadersReceived(listener: HeadersListener): void;
  offHeadersReceived(listener?: HeadersListener): void;
  onChunkReceived(listener: ChunkListener): void;
  offChunkReceived(listener?: ChunkListener): void;
}

const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"];
const REDIRECTS_MOST = 5;

/** What `onHeadersReceived` is told. */
export function headersReceived({ status, header, cookies }: AnswerHead): HeadersReceived {
  return { header, statusCode: status, cookies };
}

/** `wx.request`: it answers a task and never a promise, and whatever status arrives is a success. */
export function createWxRequest(parts: NetworkParts): (options: RequestOptions) => RequestTask {
  const { life, network, findAddress, referer } = parts;

  return (options) => {
    const { method = "GET", dataType = "json", responseType = "text", enableChunked = false } = options;
    const headers = createListeners<HeadersReceived>(life);
    const chunks = createListeners<{ readonly data: ArrayBuffer }>(life);
    let abort = (): void => undefined;

    callBack<RequestResult>(life, "request", options, (succeed, failNow) => {
      const fail = later(failNow);
      if (!METHODS.includes(method)) return fail({ errMsg: "request:fail method is invalid" });
      const type = contentTypeIn(options.header, "application/json");

      const send = (address: string, how: string, body: Buffer | undefined, redirects: number): void => {
        const url = findAddress("request", address);
        if (!(url instanceof URL)) {
          fail(url);
          return;
        }
        abort = network.start({
          name: "request",
          address,
          life,
          timeout: options.timeout ?? TIMEOUT_MS,
          // A redirect may lead to anybody, and every header goes along: nothing is known that says otherwise.
          request: {
            url,
            method: how,
            headers: outgoingHeaders(options.header, { "content-type": type, referer }),
            body,
          },
          headers: (head) => headers.tell(headersReceived(head)),
          chunk: enableChunked ? (chunk) => chunks.tell({ data: arrayBufferOf(chunk) }) : undefined,
          arrived: ({ status, header, cookies, body: bytes }) => {
            const next = options.redirect === "manual" ? undefined : redirectOf(status, header);
            if (next !== undefined && redirects < REDIRECTS_MOST) {
              const again = status === 307 || status === 308 || how !== "POST" ? how : "GET";
              return send(
                URL.parse(next, address)?.href ?? next,
                again,
                again === how ? body : undefined,
                redirects + 1,
              );
            }
            // What came in chunks does not come once more.
            const whole = enableChunked ? Buffer.alloc(0) : bytes;
            const data = responseType === "arraybuffer" ? arrayBufferOf(whole) : readText(whole, dataType);
            succeed({ data, statusCode: status, header, cookies, errMsg: "request:ok" });
          },
          failed: fail,
        });
      };
      const { url, body } = convertData(options.url, method, options.data, type);
      send(url, method, body, 0);
    });

    return {
      abort: () => abort(),
      onHeadersReceived: headers.on,
      offHeadersReceived: headers.off,
      onChunkReceived: chunks.on,
      offChunkReceived: chunks.off,
    };
  };
}

function redirectOf(status: number, header: Readonly<Record<string, string>>): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  return Object.entries(header).find(([name]) => name.toLowerCase() === "location")?.[1];
}

function readText(bytes: Buffer, dataType: string): unknown {
  const text = bytes.toString("utf8");
  if (dataType !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
