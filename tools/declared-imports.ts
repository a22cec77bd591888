import { posix } from "node:path";

/**
 * The `.d.ts` files that these entries lead to and that import a package: what an editor shows of a type must read
 * without that package's own types.
 * @param read the text of a file, `undefined` if there is none
 */
export function declarationsImporting(
  name: string,
  entries: readonly string[],
  read: (path: string) => string | undefined,
): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const text = seen.has(path) ? undefined : read(path);
    seen.add(path);
    for (const [, specifier = ""] of (text ?? "").matchAll(/(?:\bfrom|\bimport\()\s*"([^"]+)"/g)) {
      if (specifier === name || specifier.startsWith(`${name}/`)) found.push(path);
      if (specifier.startsWith(".")) {
        queue.push(posix.join(posix.dirname(path), specifier).replace(/(?:\.d)?\.[jt]s$/, ".d.ts"));
      }
    }
  }
  return [...new Set(found)].sort();
}
