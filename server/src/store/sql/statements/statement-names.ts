/** Statements that a server keeps parsed for each connection. Ours are fewer; only lists of many lengths could be more. */
const NAMED_MOST = 200;

/** Gives each of the first texts a name of its own: `undefined` for those that come when all names are given. */
export function createStatementNames(prefix: string): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= NAMED_MOST) return known;
    const name = `${prefix}${names.size}`;
    names.set(text, name);
    return name;
  };
}
