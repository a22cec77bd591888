import { later, type NetworkParts, TIMEOUT_MS } from "../network/network-parts.ts";
import { outgoingHeaders } from "../network/outgoing-headers.ts";
import { createListeners } from "./call-listeners.ts";
import { type Callbacks, callBack } from "./callbacks.ts";
import { type HeadersReceived, headersReceived } from "./wx-request.ts";

export interface DownloadResult {
  /** Where the body lies, whatever the status was; `""` where the call named a place. */
  readonly tempFilePath: string;
  /** The place that the call named. */
  readonly filePath?: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface DownloadOptions extends Callbacks<DownloadResult> {
  readonly url: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly filePath?: string;
  readonly timeout?: number;
}

/** How far a download is. */
export interface DownloadProgress {
  /** Per cent. */
  readonly progress: number;
  readonly totalBytesWritten: number;
  readonly totalBytesExpectedToWrite: number;
}

/** What `wx.downloadFile` answers. */
export interface DownloadTask {
  abort(): void;
  onHeadersReceived(listener: (event: HeadersReceived) => void): void;
  offHeadersReceived(listener?: (event: HeadersReceived) => void): void;
  onProgressUpdate(listener: (event: DownloadProgress) => void): void;
  offProgressUpdate(listener?: (event: DownloadProgress) => void): void;
}

/**
 * `wx.downloadFile`: it answers a task and never a promise. A refusal "succeeds" as well, and what the server said of it lies in
 * the file. Progress is told once, at its end.
 */
export function createWxDownloadFile(parts: NetworkParts): (options: DownloadOptions) => DownloadTask {
  const { life, network, files, findAddress, referer } = parts;

  return (options) => {
    const headers = createListeners<HeadersReceived>(life);
    const progress = createListeners<DownloadProgress>(life);
    let abort = (): void => undefined;

    callBack<DownloadResult>(life, "downloadFile", options, (succeed, failNow) => {
      const fail = later(failNow);
      const url = findAddress("downloadFile", options.url);
      if (!(url instanceof URL)) return fail(url);
      abort = network.start({
        name: "downloadFile",
        address: options.url,
        life,
        timeout: options.timeout ?? TIMEOUT_MS,
        request: { url, method: "GET", headers: outgoingHeaders(options.header, { referer }), body: undefined },
        headers: (head) => headers.tell(headersReceived(head)),
        arrived: ({ status, body }) => {
          const { filePath } = options;
          const { length } = body;
          progress.tell({ progress: 100, totalBytesWritten: length, totalBytesExpectedToWrite: length });
          if (filePath !== undefined) files.write(filePath, body);
          const place = filePath === undefined ? { tempFilePath: files.keep(body) } : { tempFilePath: "", filePath };
          succeed({ ...place, statusCode: status, errMsg: "downloadFile:ok" });
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
