/** The case in which header names come: lower, UPPER, Train, or as the server wrote them. */
export type HeaderCase = 0 | 1 | 2 | 3;

/**
 * Headers as a phone shows them: the case of their names depends on system, engine and HTTP version.
 * Of several with one name the values are joined.
 * @param rawHeaders names and values in turn
 */
export function spelledHeaders(
  rawHeaders: readonly string[],
  headerCase: HeaderCase,
): Readonly<Record<string, string>> {
  const header: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = spell(rawHeaders[at] ?? "", headerCase);
    const value = rawHeaders[at + 1] ?? "";
    header[name] = header[name] === undefined ? value : `${header[name]},${value}`;
  }
  return header;
}

function spell(name: string, headerCase: HeaderCase): string {
  switch (headerCase) {
    case 0:
      return name.toLowerCase();
    case 1:
      return name.toUpperCase();
    case 2:
      return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    default:
      return name;
  }
}

/** Of the headers with this name, each value. */
export function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.flatMap((value, at) => (at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name ? [value] : []));
}
