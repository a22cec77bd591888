import { setImmediate } from "node:timers";
import type { Life } from "../environment/lives.ts";
import type { PhoneFiles } from "../phone-files.ts";
import { arrayBufferOf } from "./bytes.ts";
import { type Callbacks, callBack, type Okay } from "./callbacks.ts";

export interface ReadFileOptions extends Callbacks<{ readonly data: string | ArrayBuffer; readonly errMsg: string }> {
  readonly filePath: string;
  /** Without one an ArrayBuffer is read. */
  readonly encoding?: "ascii" | "base64" | "binary" | "hex" | "latin1" | "utf-8" | "utf8";
}

export interface WriteFileOptions extends Callbacks<Okay> {
  readonly filePath: string;
  readonly data: string | ArrayBuffer;
}

/** Of the file system no more than what reads and writes whole files. */
export interface WxFiles {
  readonly env: { readonly USER_DATA_PATH: string };
  getFileSystemManager(): { readFile(options: ReadFileOptions): void; writeFile(options: WriteFileOptions): void };
}

/** The one folder that a mini program may write to. Clearing the storage keeps it. */
const USER_FOLDER = "wxfile://usr";

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
    writeFile: (options: WriteFileOptions) =>
      callBack<Okay>(life, "writeFile", options, (succeed, fail) => {
        setImmediate(() => {
          const { filePath, data } = options;
          if (!filePath.startsWith(`${USER_FOLDER}/`)) {
            fail({ errMsg: `writeFile:fail permission denied, open "${filePath}"` });
            return;
          }
          files.write(filePath, typeof data === "string" ? data : new Uint8Array(data));
          succeed({ errMsg: "writeFile:ok" });
        });
      }),
  });
  return { env: { USER_DATA_PATH: USER_FOLDER }, getFileSystemManager: () => manager };
}
