import { setImmediate } from "node:timers";
import { type Callbacks, callBack, type Failure, type Life } from "./callbacks.ts";
import type { PhoneFiles } from "./phone-files.ts";
import type { CallName, PhoneNetwork } from "./phone-network.ts";
import { convertData } from "./request-body.ts";

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
  readonly header?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly dataType?: string;
  readonly responseType?: string;
  readonly enableChunked?: boolean;
  readonly redirect?: string;
}

export interface UploadResult {
  /** Always a text. */
  readonly data: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface UploadOptions extends Callbacks<UploadResult> {
  readonly url: string;
  readonly filePath: string;
  readonly name: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly formData?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
}

export interface DownloadResult {
  /** Where the body lies, whatever the status was. */
  readonly tempFilePath: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface DownloadOptions extends Callbacks<DownloadResult> {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

type HeadersListener = (event: {
  readonly header: Readonly<Record<string, string>>;
  readonly statusCode: number;
  readonly cookies: readonly string[];
}) => void;
type ChunkListener = (event: { readonly data: ArrayBuffer }) => void;

/** `RequestTask`; what uploads and downloads answer has no chunks, and tells of progress. */
export interface Task {
  abort(): void;
  onHeadersReceived(listener: HeadersListener): void;
  offHeadersReceived(listener?: HeadersListener): void;
  onChunkReceived(listener: ChunkListener): void;
  offChunkReceived(listener?: ChunkListener): void;
}

export interface ProgressTask extends Omit<Task, "onChunkReceived" | "offChunkReceived"> {
  onProgressUpdate(listener: (event: { readonly progress: number }) => void): void;
}

/** The network calls of `wx`. `request`, `uploadFile` and `downloadFile` answer tasks, never promises. */
export interface WxNetwork {
  request(options: RequestOptions): Task;
  uploadFile(options: UploadOptions): ProgressTask;
  downloadFile(options: DownloadOptions): ProgressTask;
}

/** Which addresses a mini program may call. */
export interface AddressRules {
  /** The hosts that are listed in the console; `undefined` = not checked, as DevTools can be told. */
  readonly domains: readonly string[] | undefined;
  /** Where an origin really is: `https://api.example.com` → `http://127.0.0.1:3000`. `*` = where all others are. */
  readonly hosts: Readonly<Record<string, string>>;
}

const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"];
const TIMEOUT_MS = 60_000;
const NOT_LISTED = 600_002;
const BAD_URL = 600_009;
const REDIRECTS_MOST = 5;

export function createWxNetwork(parts: {
  readonly life: Life;
  readonly network: PhoneNetwork;
  readonly files: PhoneFiles;
  readonly rules: AddressRules;
  readonly referer: string;
}): WxNetwork {
  const { life, network, files, rules, referer } = parts;

  /** The address that is really called, or why none is. */
  function addressOf(name: CallName, text: string): URL | Failure {
    const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
    if (url === null) return { errMsg: `${name}:fail invalid url "${text}"`, errno: BAD_URL };
    if (rules.domains !== undefined && !rules.domains.includes(url.host)) {
      return { errMsg: `${name}:fail url not in domain list`, errno: NOT_LISTED };
    }
    const real = rules.hosts[url.origin] ?? rules.hosts["*"];
    return real === undefined ? url : new URL(url.pathname + url.search, real);
  }

  /** Nobody but the platform says where a request comes from. */
  function headersOf(given: Readonly<Record<string, string>> = {}, type: string): Record<string, string> {
    const headers: Record<string, string> = { "content-type": type, referer };
    for (const [name, value] of Object.entries(given)) {
      const lower = name.toLowerCase();
      if (lower === "referer") continue;
      if (lower in headers) delete headers[lower];
      headers[name] = String(value);
    }
    return headers;
  }

  function typeIn(given: Readonly<Record<string, string>> = {}, otherwise: string): string {
    const found = Object.entries(given).find(([name]) => name.toLowerCase() === "content-type");
    return found === undefined ? otherwise : String(found[1]);
  }

  function listeners() {
    const headers = new Set<HeadersListener>();
    const chunks = new Set<ChunkListener>();
    return {
      headers,
      chunks,
      tellHeaders: (status: number, header: Readonly<Record<string, string>>) => {
        for (const listener of headers) life.call(listener, { header, statusCode: status, cookies: [] });
      },
      on: {
        onHeadersReceived: (listener: HeadersListener) => void headers.add(listener),
        offHeadersReceived: (listener?: HeadersListener) =>
          void (listener === undefined ? headers.clear() : headers.delete(listener)),
        onChunkReceived: (listener: ChunkListener) => void chunks.add(listener),
        offChunkReceived: (listener?: ChunkListener) =>
          void (listener === undefined ? chunks.clear() : chunks.delete(listener)),
      },
    };
  }

  function request(options: RequestOptions): Task {
    const { method = "GET", dataType = "json", responseType = "text" } = options;
    const heard = listeners();
    let abort = (): void => undefined;
    callBack<RequestResult>(life, "request", options, (succeed, failNow) => {
      const fail = later(failNow);
      if (!METHODS.includes(method)) {
        fail({ errMsg: "request:fail method is invalid" });
        return;
      }
      const type = typeIn(options.header, "application/json");
      const { url: text, body } = convertData(options.url, method, options.data, type);
      const send = (target: string, redirects: number): void => {
        const url = addressOf("request", target);
        if (!(url instanceof URL)) {
          fail(url);
          return;
        }
        abort = network.start({
          name: "request",
          address: target,
          life,
          timeout: options.timeout ?? TIMEOUT_MS,
          request: { url, method, headers: headersOf(options.header, type), body },
          headers: ({ status, header }) => heard.tellHeaders(status, header),
          ...(options.enableChunked === true
            ? {
                chunk: (chunk: Buffer) => {
                  for (const listener of heard.chunks) life.call(listener, { data: arrayBufferOf(chunk) });
                },
              }
            : {}),
          arrived: ({ status, header, cookies, body: bytes }) => {
            const location = Object.entries(header).find(([name]) => name.toLowerCase() === "location")?.[1];
            const follows = status >= 300 && status < 400 && location !== undefined && options.redirect !== "manual";
            if (follows && redirects < REDIRECTS_MOST) {
              send(new URL(location, target).href, redirects + 1);
              return;
            }
            const whole = options.enableChunked === true ? Buffer.alloc(0) : bytes;
            const data = responseType === "arraybuffer" ? arrayBufferOf(whole) : readText(whole, dataType);
            succeed({ data, statusCode: status, header, cookies, errMsg: "request:ok" });
          },
          failed: fail,
        });
      };
      send(text, 0);
    });
    return { abort: () => abort(), ...heard.on };
  }

  function uploadFile(options: UploadOptions): ProgressTask {
    const heard = listeners();
    let abort = (): void => undefined;
    callBack<UploadResult>(life, "uploadFile", options, (succeed, failNow) => {
      const fail = later(failNow);
      const url = addressOf("uploadFile", options.url);
      const content = files.read(options.filePath);
      if (!(url instanceof URL)) return fail(url);
      if (content === undefined) return fail({ errMsg: "uploadFile:fail file not found" });
      const { type, body } = multipart(options, content);
      abort = network.start({
        name: "uploadFile",
        address: options.url,
        life,
        timeout: options.timeout ?? TIMEOUT_MS,
        request: { url, method: "POST", headers: { ...headersOf(options.header, type), "content-type": type }, body },
        headers: ({ status, header }) => heard.tellHeaders(status, header),
        arrived: ({ status, body: bytes }) =>
          succeed({ data: bytes.toString("utf8"), statusCode: status, errMsg: "uploadFile:ok" }),
        failed: fail,
      });
    });
    return progressTask(() => abort(), heard.on);
  }

  function downloadFile(options: DownloadOptions): ProgressTask {
    const heard = listeners();
    let abort = (): void => undefined;
    callBack<DownloadResult>(life, "downloadFile", options, (succeed, failNow) => {
      const fail = later(failNow);
      const url = addressOf("downloadFile", options.url);
      if (!(url instanceof URL)) return fail(url);
      abort = network.start({
        name: "downloadFile",
        address: options.url,
        life,
        timeout: options.timeout ?? TIMEOUT_MS,
        request: { url, method: "GET", headers: headersOf(options.header, "application/json"), body: undefined },
        headers: ({ status, header }) => heard.tellHeaders(status, header),
        arrived: ({ status, body }) =>
          succeed({ tempFilePath: files.keep(body), statusCode: status, errMsg: "downloadFile:ok" }),
        failed: fail,
      });
    });
    return progressTask(() => abort(), heard.on);
  }

  return { request, uploadFile, downloadFile };
}

/** No call of the platform fails before it has returned. */
function later(fail: (failure: Failure) => void): (failure: Failure) => void {
  return (failure) => void setImmediate(() => fail(failure));
}

function progressTask(abort: () => void, on: Omit<Task, "abort">): ProgressTask {
  const { onHeadersReceived, offHeadersReceived } = on;
  return { abort, onHeadersReceived, offHeadersReceived, onProgressUpdate: () => undefined };
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

function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function multipart({ name, formData = {} }: UploadOptions, content: Buffer): { type: string; body: Buffer } {
  const boundary = "----simulated-phone-boundary";
  const fields = Object.entries(formData).map(
    ([field, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${String(value)}\r\n`,
  );
  const head = `${fields.join("")}--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="file"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
