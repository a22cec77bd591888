// Every guide exists in both languages, names its sibling, and stands in the index of its language.
import type { Files } from "./cited-tests.ts";

const GUIDE = /^docs\/guides\/(.+?)(\.zh-CN)?\.md$/;

/** Guides without a sibling, without a link to it, or missing in an index, as `page: …`. */
export function findUnindexedPages(pages: Files): string[] {
  const complaints: string[] = [];
  const english = pages.get("docs/README.md") ?? "";
  const chinese = pages.get("docs/README.zh-CN.md") ?? "";
  for (const [page, text] of pages) {
    const [, name, suffix] = GUIDE.exec(page) ?? [];
    if (name === undefined) continue;
    const sibling = suffix === undefined ? `${name}.zh-CN.md` : `${name}.md`;
    if (!pages.has(`docs/guides/${sibling}`)) complaints.push(`${page}: there is no ${sibling}`);
    else if (!text.includes(`(${sibling})`)) complaints.push(`${page}: does not link to ${sibling}`);
    const own = `(guides/${name}${suffix ?? ""}.md)`;
    if (suffix === undefined && !english.includes(own)) complaints.push(`${page}: docs/README.md does not list it`);
    if (suffix !== undefined && !chinese.includes(own))
      complaints.push(`${page}: docs/README.zh-CN.md does not list it`);
  }
  return complaints;
}
