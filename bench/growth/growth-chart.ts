// The chart of docs/growth.md as SVG text: a panel for each database, a line for each operation, both axes logarithmic, so
// that equal steps are equal factors and what does not grow is level.

export interface Point {
  readonly sessions: number;
  readonly micros: number;
}

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Panel {
  readonly name: string;
  readonly lines: readonly Line[];
}

export interface Chart {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Below everything, a line each. */
  readonly caption: readonly string[];
}

/** For eyes that tell few colours apart (Okabe and Ito), a lighter one on dark ground; the marks differ in shape as well. */
const LOOKS = [
  { light: "#0072b2", dark: "#56b4e9", mark: "M-4,-4H4V4H-4Z" },
  { light: "#b34700", dark: "#f08c3c", mark: "M0,-5.5L5,4H-5Z" },
  { light: "#00785a", dark: "#2ec9a0", mark: "M0,-5.5L5.5,0L0,5.5L-5.5,0Z" },
  { light: "#a8327a", dark: "#e49ac6", mark: "M-4.5,0A4.5,4.5 0 1 0 4.5,0A4.5,4.5 0 1 0 -4.5,0Z" },
] as const;

const PANEL = { width: 340, height: 300 };
const MARGIN = { left: 74, right: 44, top: 92, bottom: 56 };
const GAP = 72;
const CAPTION_LINE = 17;
/** A letter's width at most, on average: nobody has measured the reader's font. */
const LETTER = 7;

const STYLE = [
  "text{font:13px system-ui,sans-serif;fill:#24292f}",
  ".title{font-size:16px;font-weight:600}.name{font-weight:600}.caption{font-size:11.5px}",
  ".ground{fill:#fff}.grid{stroke:#d0d7de}.line{fill:none;stroke-width:2}",
  ...LOOKS.map(({ light }, at) => `.s${at}{stroke:${light}}.m${at}{fill:${light}}`),
  "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#3d444d}",
  ...LOOKS.map(({ dark }, at) => `.s${at}{stroke:${dark}}.m${at}{fill:${dark}}`),
  "}",
].join("");

/** @throws TypeError for a chart without a point, or one that no logarithm has */
export function growthChart({ title, panels, caption }: Chart): string {
  const points = panels.flatMap(({ lines }) => lines.flatMap((line) => line.points));
  const across = scale(
    points.map(({ sessions }) => sessions),
    [1],
    PANEL.width,
  );
  const up = scale(
    points.map(({ micros }) => micros),
    [1, 2, 5],
    PANEL.height,
  );
  const width = MARGIN.left + panels.length * (PANEL.width + GAP) - GAP + MARGIN.right;
  const height = MARGIN.top + PANEL.height + MARGIN.bottom + caption.length * CAPTION_LINE;
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    text(MARGIN.left, 26, title, "start", "title"),
    ...legend(names),
    text(MARGIN.left - 62, MARGIN.top - 14, "µs for one", "start"),
    ...panels.flatMap((panel, at) => [
      `<g transform="translate(${MARGIN.left + at * (PANEL.width + GAP)},${MARGIN.top})">`,
      text(PANEL.width / 2, -14, panel.name, "middle", "name"),
      ...grid(across, up, at === 0),
      ...panel.lines.flatMap((line) => drawn(line, names.indexOf(line.name), across, up)),
      "</g>",
    ]),
    ...caption.map((row, at) =>
      text(MARGIN.left, MARGIN.top + PANEL.height + MARGIN.bottom + at * CAPTION_LINE, row, "start", "caption"),
    ),
    "</svg>",
    "",
  ].join("\n");
}

interface Scale {
  readonly ticks: readonly number[];
  /** How far from the origin, in pixels. */
  at(value: number): number;
}

/** From the tick below the smallest value to the one above the largest; ticks are these multiples of powers of ten. */
function scale(values: readonly number[], multiples: readonly number[], length: number): Scale {
  if (values.length === 0) throw new TypeError("a chart needs a point");
  if (!values.every((value) => Number.isFinite(value) && value > 0)) throw new TypeError("only numbers above zero");
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const powers = Array.from({ length: last - first + 1 }, (_, step) => Number(`1e${first + step}`));
  const all = powers.flatMap((power) => multiples.map((multiple) => multiple * power));
  const from = Math.max(...all.filter((tick) => tick <= least));
  // One value alone still has a place on its axis.
  const to = Math.min(...[...all, 10 ** (last + 1)].filter((tick) => tick >= most && tick > from));
  const width = Math.log10(to) - Math.log10(from);
  return {
    ticks: all.filter((tick) => tick >= from && tick <= to),
    at: (value) => ((Math.log10(value) - Math.log10(from)) / width) * length,
  };
}

function grid(across: Scale, up: Scale, isFirst: boolean): string[] {
  const { width, height } = PANEL;
  const rows = up.ticks.flatMap((tick) => {
    const y = place(height - up.at(tick));
    const label = isFirst ? [text(-10, y + 4, tick.toLocaleString("en"), "end")] : [];
    return [`<path class="grid" d="M0,${y}H${width}"/>`, ...label];
  });
  const columns = across.ticks.flatMap((tick) => {
    const x = place(across.at(tick));
    return [`<path class="grid" d="M${x},0V${height}"/>`, text(x, height + 20, tick.toLocaleString("en"), "middle")];
  });
  return [...rows, ...columns, text(width / 2, height + 38, "sessions", "middle")];
}

function drawn({ points }: Line, look: number, across: Scale, up: Scale): string[] {
  const at = look % LOOKS.length;
  const places = points.map(
    ({ sessions, micros }) => [place(across.at(sessions)), place(PANEL.height - up.at(micros))] as const,
  );
  return [
    `<polyline class="line s${at}" points="${places.map((xy) => xy.join(",")).join(" ")}"/>`,
    ...places.map(([x, y]) => mark(x, y, at)),
  ];
}

function legend(names: readonly string[]): string[] {
  let x = MARGIN.left;
  return names.flatMap((name, at) => {
    const drawn = [mark(x + 6, 50, at % LOOKS.length), text(x + 18, 54, name, "start")];
    x += 44 + name.length * LETTER;
    return drawn;
  });
}

function mark(x: number, y: number, look: number): string {
  return `<path class="m${look}" transform="translate(${x},${y})" d="${LOOKS[look]?.mark ?? ""}"/>`;
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end", kind?: string): string {
  const style = kind === undefined ? "" : ` class="${kind}"`;
  return `<text${style} x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function place(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
