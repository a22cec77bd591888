import { multipartOf } from "../network/multipart.ts";
import { later, type NetworkParts, TIMEOUT_MS } from "../network/network-parts.ts";
import { outgoingHeaders } from "../network/outgoing-headers.ts";
import { createListeners } from "./call-listeners.ts";
import { type Callbacks, callBack } from "./callbacks.ts";
import { type HeadersReceived, headersReceived } from "./wx-request.ts";

export interface UploadResult {
  /** Always a text, and there are no headers beside it. */
  readonly data: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface UploadOptions extends Callbacks<UploadResult> {
  readonly url: string;
  readonly filePath: string;
  readonly name: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly formData?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
}

/** How far an upload is. */
export interface UploadProgress {
  /** Per cent. */
  readonly progress: number;
  readonly totalBytesSent: number;
  readonly totalBytesExpectedToSend: number;
}

/** What `wx.uploadFile` answers. */
export interface UploadTask {
  abort(): void;
  onHeadersReceived(listener: (event: HeadersReceived) => void): void;
  offHeadersReceived(listener?: (event: HeadersReceived) => void): void;
  onProgressUpdate(listener: (event: UploadProgress) => void): void;
  offProgressUpdate(listener?: (event: UploadProgress) => void): void;
}

/** `wx.uploadFile`: a multipart POST. It answers a task and never a promise; progress is told once, at its end. */
export function createWxUploadFile(parts: NetworkParts): (options: UploadOptions) => UploadTask {
  const { life, network, files, findAddress, referer } = parts;

  return (options) => {
    const headers = createListeners<HeadersReceived>(life);
    const progress = createListeners<UploadProgress>(life);
    let abort = (): void => undefined;

    callBack<UploadResult>(life, "uploadFile", options, (succeed, failNow) => {
      const fail = later(failNow);
      const url = findAddress("uploadFile", options.url);
      if (!(url instanceof URL)) return fail(url);
      const content = files.read(options.filePath);
      if (content === undefined) return fail({ errMsg: "uploadFile:fail file not found" });
      const { contentType, body } = multipartOf(options.formData ?? {}, {
        field: options.name,
        fileName: options.filePath.split("/").at(-1) ?? "",
        content,
      });
      // The content type names the boundary, which only the platform knows.
      const given = Object.entries(options.header ?? {}).filter(([name]) => name.toLowerCase() !== "content-type");
      abort = network.start({
        name: "uploadFile",
        address: options.url,
        life,
        timeout: options.timeout ?? TIMEOUT_MS,
        request: {
          url,
          method: "POST",
          headers: outgoingHeaders(Object.fromEntries(given), { "content-type": contentType, referer }),
          body,
        },
        headers: (head) => headers.tell(headersReceived(head)),
        arrived: ({ status, body: bytes }) => {
          const { length } = body;
          progress.tell({ progress: 100, totalBytesSent: length, totalBytesExpectedToSend: length });
          succeed({ data: bytes.toString("utf8"), statusCode: status, errMsg: "uploadFile:ok" });
        },
        failed: fail,
      });
    });

    return {
      abort: () => abort(),
      onHeadersReceived: headers.on,
      offHeadersReceived: headers.off,
      onProgressUpdate: progress.on,
      offProgressUpdate: progress.off,
    };
  };
}
