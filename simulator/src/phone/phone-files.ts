/** The phone's files, by path. */
export interface PhoneFiles {
  read(path: string): Buffer | undefined;
  write(path: string, content: string | Uint8Array): void;
  /** Keeps a download and answers its temporary path. */
  keep(content: Buffer): string;
}

export function createPhoneFiles(): PhoneFiles {
  const files = new Map<string, Buffer>();
  let kept = 0;
  return Object.freeze({
    read: (path: string) => files.get(path),
    write: (path: string, content: string | Uint8Array) => void files.set(path, Buffer.from(content)),
    keep(content: Buffer) {
      kept += 1;
      const path = `http://tmp/download-${kept}`;
      files.set(path, content);
      return path;
    },
  });
}
