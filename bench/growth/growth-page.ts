import { threeFigures } from "../three-figures.ts";
import type { Cost } from "./measure-growth.ts";
import { OPERATIONS, type OperationName } from "./operations.ts";

/** What was measured on one database. */
export interface Measured {
  readonly database: string;
  readonly costs: readonly Cost[];
}

/** The words of a page's table. */
export interface Words {
  readonly unit: string;
  readonly ratio: string;
  readonly operations: Readonly<Record<OperationName, string>>;
}

export const ENGLISH: Words = {
  unit: "µs for one, at so many sessions",
  ratio: "last ÷ first",
  operations: {
    refresh: "refresh",
    "sign-in": "sign-in of a new user",
    list: "list of a user's five sessions",
    purge: "purge, a row",
  },
};

export const CHINESE: Words = {
  unit: "每次微秒数，按会话总数",
  ratio: "末列 ÷ 首列",
  operations: { refresh: "刷新", "sign-in": "新用户登录", list: "列出某用户的五个会话", purge: "清理，每行" },
};

/** The figures as a Markdown table: a line for each database and operation, and how much more the last costs than the first. */
export function growthTable(measured: readonly Measured[], words: Words): string {
  const sizes = [...new Set(measured.flatMap(({ costs }) => costs.map(({ sessions }) => sessions)))].sort(
    (a, b) => a - b,
  );
  const head = [words.unit, "", ...sizes.map((size) => size.toLocaleString("en")), words.ratio];
  const lines = measured.flatMap(({ database, costs }) =>
    OPERATIONS.map((operation) => {
      const found = sizes.map((size) => costs.find((one) => one.operation === operation && one.sessions === size));
      const [first, last] = [found.at(0), found.at(-1)];
      const ratio = first === undefined || last === undefined ? "–" : (last.micros / first.micros).toFixed(2);
      return [database, words.operations[operation], ...found.map(cell), ratio];
    }),
  );
  return [head, head.map((_, at) => (at < 2 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cell(cost: Cost | undefined): string {
  return cost === undefined ? "–" : `${threeFigures(cost.micros)} ± ${Math.round(cost.spread * 100)} %`;
}

const BEGIN = "<!-- written by npm run bench:growth -->";
const END = "<!-- end of what npm run bench:growth writes -->";

/**
 * Puts text where a page marks that it is generated.
 * @throws TypeError if the page has no such place
 */
export function withGenerated(page: string, generated: string): string {
  const [before, rest, ...more] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length > 0) {
    throw new TypeError(`the page has no place between ${BEGIN} and ${END}`);
  }
  return `${before}${BEGIN}\n\n${generated}\n\n${END}${after}`;
}
