/** One module specifier in a source file and where it stands. */
interface ImportedName {
  readonly specifier: string;
  readonly line: number;
}

/** A slash after one of these begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP =
  /(?:^|[([{},;:=!&|?+\-*%~^<>]|(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield))$/;

/**
 * The same text with the inside of comments, strings, templates and regular expressions blanked, so that what is left
 * is code. Offsets, line breaks and quotes stay where they were.
 */
export function maskSource(text: string): string {
  const masked = text.split("");
  /** For each open template hole: how many braces stand open inside it. */
  const holes: number[] = [];
  let at = 0;

  const blankUntil = (end: number): void => {
    for (; at < Math.min(end, text.length); at++) if (masked[at] !== "\n") masked[at] = " ";
  };
  const endOf = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found < 0 ? text.length : found;
  };
  const skipString = (quote: string): void => {
    let end = ++at;
    while (end < text.length && text[end] !== quote && text[end] !== "\n") end += text[end] === "\\" ? 2 : 1;
    blankUntil(end);
    at++;
  };
  const skipTemplate = (): void => {
    let end = ++at;
    while (end < text.length && text[end] !== "`" && !text.startsWith("${", end)) end += text[end] === "\\" ? 2 : 1;
    blankUntil(end);
    if (text[at] === "$") holes.push(0);
    at += text[at] === "$" ? 2 : 1;
  };
  const skipRegExp = (): void => {
    let end = ++at;
    let inClass = false;
    while (end < text.length && text[end] !== "\n" && (inClass || text[end] !== "/")) {
      if (text[end] === "[") inClass = true;
      else if (text[end] === "]") inClass = false;
      end += text[end] === "\\" ? 2 : 1;
    }
    blankUntil(end);
    at++;
  };
  const codeBefore = (): string => {
    let last = at;
    while (last > 0 && /\s/.test(masked[last - 1] ?? "")) last--;
    return masked.slice(Math.max(0, last - 12), last).join("");
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const depth = holes.at(-1);
    if (text.startsWith("//", at) || (at === 0 && text.startsWith("#!"))) blankUntil(endOf("\n", at));
    else if (text.startsWith("/*", at)) blankUntil(endOf("*/", at + 2) + 2);
    else if (char === '"' || char === "'") skipString(char);
    else if (char === "`") skipTemplate();
    else if (char === "}" && depth === 0) {
      holes.pop();
      skipTemplate();
    } else if (char === "/" && BEFORE_REGEXP.test(codeBefore())) skipRegExp();
    else {
      if (depth !== undefined && char === "{") holes[holes.length - 1] = depth + 1;
      if (depth !== undefined && char === "}") holes[holes.length - 1] = depth - 1;
      at++;
    }
  }
  return masked.join("");
}

/** The line, from 1, that an offset stands on. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

const SPECIFIER = /(?<![.\w$])(?:from\s*|import\s*|import\s*\(\s*)(["'])/g;
const COMPUTED = /(?<![.\w$])import\s*\(\s*[^"'\s]/g;

/** Every `import`, `export … from` and `import()` of a source file, types too; a computed `import()` has the specifier `""`. */
export function importsOf(text: string): ImportedName[] {
  const code = maskSource(text);
  const found: ImportedName[] = [];
  for (const match of code.matchAll(SPECIFIER)) {
    const start = match.index + match[0].length;
    const end = code.indexOf(match[1] ?? "", start);
    found.push({ specifier: text.slice(start, end), line: lineAt(text, match.index) });
  }
  for (const match of code.matchAll(COMPUTED)) found.push({ specifier: "", line: lineAt(text, match.index) });
  return found;
}
