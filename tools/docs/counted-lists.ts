// A number of things that a sentence announces is the number of things that its list has.
import type { Files } from "./cited-tests.ts";

const ENGLISH = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const CHINESE = ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十"];
const COUNTED = `(?:steps|rules|ways|things|kinds|reasons|causes|步|步骤|条规则|种做法|个原因|件事)`;
const NUMBER = `(${ENGLISH.join("|")}|${CHINESE.join("|")})`;
/** `four steps`, `四步`, `三条规则`; "one of three" counts the three. */
const ANNOUNCED = new RegExp(String.raw`(?<!\p{L})${NUMBER}\s?(?:个)?${COUNTED}(?!\p{L}+s\b)`, "iu");
const ITEM = /^(?:[-*]|\d+\.)\s/;
/** A link that says how many steps it leads to: `[four steps](page.md#section)`. */
const LINK = new RegExp(String.raw`\[${NUMBER}\s?(?:个)?${COUNTED}\]\(([^)#]*)#([^)]+)\)`, "giu");

/** Announced numbers that differ from their lists, as `page:line: …`; `slug` makes an anchor of a heading. */
export function findWrongCounts(pages: Files, slug: (heading: string) => string): string[] {
  const wrong: string[] = [];
  for (const [page, text] of pages) {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      const announced = /[:：]\s*$/.test(line) ? countIn(line) : undefined;
      const counted = announced === undefined ? 0 : itemsAfter(lines, index + 1);
      if (announced !== undefined && counted > 0 && counted !== announced)
        wrong.push(`${page}:${index + 1}: announces ${announced}, and the list has ${counted}`);
      for (const [whole, number = "", path = "", anchor = ""] of line.matchAll(LINK)) {
        const target = pages.get(path === "" ? page : joined(page, path));
        const found = target === undefined ? undefined : stepsOf(target, anchor, slug);
        if (found !== undefined && found !== numberOf(number))
          wrong.push(`${page}:${index + 1}: ${whole} has ${found}`);
      }
    }
  }
  return wrong;
}

function countIn(line: string): number | undefined {
  const sentence = line.split(/(?<=[.。])\s*/u).findLast((part) => part !== "") ?? "";
  const number = ANNOUNCED.exec(sentence)?.[1];
  return number === undefined ? undefined : numberOf(number);
}

function numberOf(number: string): number {
  return Math.max(ENGLISH.indexOf(number.toLowerCase()), CHINESE.indexOf(number)) + 1;
}

/** Items of the list that begins at this line or after one empty line; nested items do not count. */
function itemsAfter(lines: readonly string[], from: number): number {
  let at = lines[from] === "" ? from + 1 : from;
  let items = 0;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (ITEM.test(line)) items += 1;
    else if (line !== "" && !line.startsWith(" ")) break;
  }
  return items;
}

/** Numbered items below a heading, up to the next heading. */
function stepsOf(text: string, anchor: string, slug: (heading: string) => string): number | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && slug(line.replace(/^#+ /, "")) === decodeURI(anchor));
  if (start === -1) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line));
  const section = end === -1 ? rest : rest.slice(0, end);
  return section.filter((line) => /^\d+\. /.test(line)).length;
}

function joined(page: string, path: string): string {
  const folders = page.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") folders.pop();
    else if (part !== ".") folders.push(part);
  }
  return folders.join("/");
}
