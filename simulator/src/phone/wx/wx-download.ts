import type { NetworkParts } from "../network/network-parts.ts";
import { outgoingHeaders } from "../network/outgoing-headers.ts";
import { startTransfer, type TransferOptions, type TransferTask } from "./transfer.ts";

export interface DownloadResult {
  /** Where the body lies, whatever the status was; `""` where the call named a place. */
  readonly tempFilePath: string;
  /** The place that the call named. */
  readonly filePath?: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface DownloadOptions extends TransferOptions<DownloadResult> {
  readonly filePath?: string;
}

/** How far a download is. */
export interface DownloadProgress {
  /** Per cent. */
  readonly progress: number;
  readonly totalBytesWritten: number;
  readonly totalBytesExpectedToWrite: number;
}

/** What `wx.downloadFile` answers. */
export type DownloadTask = TransferTask<DownloadProgress>;

/** `wx.downloadFile`. A refusal "succeeds" as well, and what the server said of it lies in the file. */
export function createWxDownloadFile(parts: NetworkParts): (options: DownloadOptions) => DownloadTask {
  const { files, referer } = parts;
  return (options) =>
    startTransfer("downloadFile", parts, options, (url) => ({
      request: { url, method: "GET", headers: outgoingHeaders(options.header, { referer }), body: undefined },
      progressOf: ({ body: { length } }) => ({
        progress: 100,
        totalBytesWritten: length,
        totalBytesExpectedToWrite: length,
      }),
      resultOf: ({ status, body }) => {
        const { filePath } = options;
        if (filePath !== undefined) files.write(filePath, body);
        const place = filePath === undefined ? { tempFilePath: files.keep(body) } : { tempFilePath: "", filePath };
        return { ...place, statusCode: status, errMsg: "downloadFile:ok" };
      },
    }));
}
