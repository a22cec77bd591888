// Lines of a terminal as an SVG that needs no font, script or service of anybody.

const CHARACTER = 7.85;
const LINE = 19;
const PADDING = 18;
const BAR = 30;
const COLOURS = { plain: "#d0d7de", faint: "#8b949e", title: "#79c0ff", good: "#7ee787", bad: "#ffa198" };

/** What a line of the demo says: a heading, or a step with what was sent, what came back and how long it took. */
const STEP = /^(\s*\d+) {2}(.*\S) {2,}(\S.*?) {2,}(\d+ ms)$/;

export interface Scene {
  readonly title: string;
  readonly steps: readonly string[];
}

/** The demo's output → its scenes: a heading and the numbered lines below it. */
export function readScenes(output: string): Scene[] {
  const scenes: { title: string; steps: string[] }[] = [];
  for (const block of output.split(/\n\s*\n/)) {
    const [title = "", ...lines] = block.trimEnd().split("\n");
    const steps = lines.filter((line) => STEP.test(line));
    if (steps.length > 0) scenes.push({ title: title.trim(), steps });
  }
  return scenes;
}

/** @throws Error if no scene has one of the titles */
export function pickScenes(scenes: readonly Scene[], titles: readonly string[]): Scene[] {
  return titles.map((title) => {
    const scene = scenes.find((each) => each.title === title);
    if (scene === undefined) throw new Error(`the demo has no scene "${title}"`);
    return scene;
  });
}

/** Draws scenes as a terminal window. */
export function drawTerminal(command: string, scenes: readonly Scene[]): string {
  const rows = scenes.flatMap(({ title, steps }) => ["", title, ...steps]);
  const widest = Math.max(...rows.map((row) => row.length), command.length + 2);
  const width = Math.ceil(widest * CHARACTER + 2 * PADDING);
  const height = BAR + PADDING + (rows.length + 1) * LINE + PADDING / 2;
  const at = (index: number): number => BAR + PADDING + index * LINE;
  const texts = [
    text(at(0), `${span("$ ", "faint")}${span(command, "plain")}`),
    ...rows.flatMap((row, index) => (row === "" ? [] : [text(at(index + 1), drawRow(row))])),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">`,
    `<title id="t">${escaped(`What ${command} prints: ${scenes.map(({ title }) => title).join("; ")}`)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map(
      (fill, at) => `<circle cx="${20 + at * 18}" cy="17" r="5.5" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" xml:space="preserve">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function drawRow(row: string): string {
  const [, number, sent, answer = "", took] = STEP.exec(row) ?? [];
  if (number === undefined || sent === undefined || took === undefined) return span(row, "title");
  const tookAt = row.lastIndexOf(took);
  const answerAt = row.lastIndexOf(answer, tookAt);
  return [
    span(`${number}  `, "faint"),
    span(row.slice(number.length + 2, answerAt), "plain"),
    span(row.slice(answerAt, tookAt), /^4\d\d\b/.test(answer) ? "bad" : "good"),
    span(took, "faint"),
  ].join("");
}

function text(y: number, inner: string): string {
  return `<text x="${PADDING}" y="${y}">${inner}</text>`;
}

/** `textLength` keeps the columns, whichever font the reader has. */
function span(words: string, colour: keyof typeof COLOURS): string {
  const length = (words.length * CHARACTER).toFixed(1);
  return `<tspan fill="${COLOURS[colour]}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(words)}</tspan>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
