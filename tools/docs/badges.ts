// The README's badges, from server/package.json: true without asking anybody.

interface Manifest {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, unknown>>;
}

const CHARACTER = 6.6;
const PADDING = 8;
const GAP = 6;

/** Licence, Node version, types, as one SVG. */
export function drawBadges({ license, engines, exports }: Manifest): string {
  const typed = Object.values(exports).some((entry) => typeof entry === "object" && entry !== null && "types" in entry);
  const badges = [
    ["licence", license, "#2da44e"],
    ["node", engines.node.replace(">=", "≥ "), "#0969da"],
    ["types", typed ? "included" : "none", "#8250df"],
  ] as const;
  let x = 0;
  const drawn = badges.map(([name, value, colour]) => {
    const [left, right] = [widthOf(name), widthOf(value)];
    const badge = [
      `<g transform="translate(${x})">`,
      `<rect width="${left + right}" height="20" rx="3" fill="#57606a"/>`,
      `<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-${right - 3}z" fill="${colour}"/>`,
      `<text x="${left / 2}" y="14">${name}</text><text x="${left + right / 2}" y="14">${value}</text>`,
      "</g>",
    ].join("");
    x += left + right + GAP;
    return badge;
  });
  const words = badges.map(([name, value]) => `${name}: ${value}`).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${x - GAP}" height="20" role="img" aria-label="${words}">`,
    `<g fill="#fff" font-family="Verdana, 'DejaVu Sans', sans-serif" font-size="11" text-anchor="middle">`,
    ...drawn,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function widthOf(words: string): number {
  return Math.ceil(words.length * CHARACTER) + 2 * PADDING;
}
