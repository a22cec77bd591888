import { multipartOf } from "../network/multipart.ts";
import type { NetworkParts } from "../network/network-parts.ts";
import { outgoingHeaders } from "../network/outgoing-headers.ts";
import { startTransfer, type TransferOptions, type TransferTask } from "./transfer.ts";

export interface UploadResult {
  /** Always a text, and there are no headers beside it. */
  readonly data: string;
  readonly statusCode: number;
  readonly errMsg: string;
}

export interface UploadOptions extends TransferOptions<UploadResult> {
  readonly filePath: string;
  readonly name: string;
  readonly formData?: Readonly<Record<string, unknown>>;
}

/** How far an upload is. */
export interface UploadProgress {
  /** Per cent. */
  readonly progress: number;
  readonly totalBytesSent: number;
  readonly totalBytesExpectedToSend: number;
}

/** What `wx.uploadFile` answers. */
export type UploadTask = TransferTask<UploadProgress>;

/** `wx.uploadFile`: a multipart POST. */
export function createWxUploadFile(parts: NetworkParts): (options: UploadOptions) => UploadTask {
  const { files, referer } = parts;
  return (options) =>
    startTransfer("uploadFile", parts, options, (url) => {
      const content = files.read(options.filePath);
      if (content === undefined) return { errMsg: "uploadFile:fail file not found" };
      const { contentType, body } = multipartOf(options.formData ?? {}, {
        field: options.name,
        fileName: options.filePath.split("/").at(-1) ?? "",
        content,
      });
      // The content type names the boundary, which only the platform knows.
      const given = Object.entries(options.header ?? {}).filter(([name]) => name.toLowerCase() !== "content-type");
      const headers = outgoingHeaders(Object.fromEntries(given), { "content-type": contentType, referer });
      const { length } = body;
      return {
        request: { url, method: "POST", headers, body },
        progressOf: () => ({ progress: 100, totalBytesSent: length, totalBytesExpectedToSend: length }),
        resultOf: (answer) => ({
          data: answer.body.toString("utf8"),
          statusCode: answer.status,
          errMsg: "uploadFile:ok",
        }),
      };
    });
}
