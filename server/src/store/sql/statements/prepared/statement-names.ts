import { createHash } from "node:crypto";

/** Statements that a server keeps parsed for each connection. Ours are fewer; only lists of many lengths could be more. */
const NAMED_MOST = 200;
const HASH_LENGTH = 22;

/**
 * Gives each of the first texts a name, and `undefined` to those that come when all names are given. A name is a hash of
 * the text: behind a pooler, what another process prepared under the same name is the same statement.
 */
export function createStatementNames(prefix: string): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= NAMED_MOST) return known;
    const hash = createHash("sha256").update(text).digest("base64url").slice(0, HASH_LENGTH);
    const name = `${prefix}${hash}`;
    names.set(text, name);
    return name;
  };
}
