import type { Rule } from "./rule.ts";
import { RULES } from "./rules/index.ts";

/** One leak, as a person and a tool read it. */
export interface Leak {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly rule: Rule;
  /** What stands there, with the secret left out. */
  readonly excerpt: string;
}

/** A line with these words is looked at and not reported. */
const IGNORED = /hufu-scan:\s*ignore\b/;
const COMMENT_LINE = /^\s*(?:\/\/|\*|\/\*|<!--)/;
const EXCERPT_MOST = 80;

/** What leaks in one file. Comment lines count only for secrets: a word in a comment sends nothing. */
export function findLeaks(file: string, text: string, rules: readonly Rule[] = RULES): readonly Leak[] {
  const starts = lineStarts(text);
  const leaks: Leak[] = [];
  for (const rule of rules) {
    for (const { index, shown, length } of rule.find(text)) {
      const line = lineAt(starts, index);
      const begin = starts[line - 1] ?? 0;
      const whole = text.slice(begin, starts[line] ?? text.length);
      const isSecret = shown < length;
      if (IGNORED.test(whole) || (!isSecret && COMMENT_LINE.test(whole))) continue;
      const excerpt = `${text.slice(index, index + Math.min(shown, EXCERPT_MOST))}${isSecret ? "…" : ""}`;
      leaks.push({ file, line, column: index - begin + 1, rule, excerpt: oneLine(excerpt) });
    }
  }
  return leaks.sort((a, b) => a.line - b.line || a.column - b.column);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The line of an offset, by halving: minified files have few lines, generated ones have many. */
function lineAt(starts: readonly number[], index: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
