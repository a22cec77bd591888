import { setImmediate } from "node:timers";
import type { Life } from "../environment/lives.ts";
import type { PhoneFiles } from "../phone-files.ts";
import { arrayBufferOf } from "./bytes.ts";
import { type Callbacks, callBack } from "./callbacks.ts";

export interface ReadFileOptions extends Callbacks<{ readonly data: string | ArrayBuffer; readonly errMsg: string }> {
  readonly filePath: string;
  /** Without one an ArrayBuffer is read. */
  readonly encoding?: "ascii" | "base64" | "binary" | "hex" | "latin1" | "utf-8" | "utf8";
}

/** Of the file system no more than what reads a download. */
export interface WxFiles {
  getFileSystemManager(): { readFile(options: ReadFileOptions): void };
}

export function createWxFiles(life: Life, files: PhoneFiles): WxFiles {
  const manager = Object.freeze({
    readFile: (options: ReadFileOptions) =>
      callBack<{ data: string | ArrayBuffer; errMsg: string }>(life, "readFile", options, (succeed, fail) => {
        setImmediate(() => {
          const { filePath, encoding } = options;
          const content = files.read(filePath);
          if (content === undefined) fail({ errMsg: `readFile:fail no such file or directory, open "${filePath}"` });
          else {
            const data = encoding === undefined ? arrayBufferOf(content) : content.toString(encoding);
            succeed({ data, errMsg: "readFile:ok" });
          }
        });
      }),
  });
  return { getFileSystemManager: () => manager };
}
