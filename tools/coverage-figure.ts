/** How much of the code ran, in counts. */
export interface Coverage {
  readonly lines: Share;
  readonly branches: Share;
  readonly functions: Share;
}

interface Share {
  readonly hit: number;
  readonly found: number;
}

type Kind = keyof Coverage;

const KINDS: readonly Kind[] = ["lines", "branches", "functions"];
/** The two letters of each kind in an lcov record. */
const LETTERS: Readonly<Record<Kind, string>> = { lines: "L", branches: "BR", functions: "FN" };

/** Sums an lcov report over the files whose path begins with `folder`. */
export function coverageOf(report: string, folder: string): Coverage {
  const records = report.split("end_of_record").filter((record) => record.includes(`SF:${folder}`));
  const sum = (field: string): number =>
    records.reduce((total, record) => total + Number(new RegExp(`^${field}:(\\d+)$`, "m").exec(record)?.[1] ?? 0), 0);
  const share = (kind: Kind): Share => ({ hit: sum(`${LETTERS[kind]}H`), found: sum(`${LETTERS[kind]}F`) });
  return { lines: share("lines"), branches: share("branches"), functions: share("functions") };
}

/** `98.1 % of lines, 93.4 % of branches, 96.0 % of functions`. */
export function figureOf(coverage: Coverage): string {
  return KINDS.map((kind) => `${percent(coverage[kind]).toFixed(1)} % of ${kind}`).join(", ");
}

/** What is below the floor, in words. */
export function belowFloor(coverage: Coverage, floor: Readonly<Record<Kind, number>>): string[] {
  return KINDS.filter((kind) => percent(coverage[kind]) < floor[kind]).map(
    (kind) => `${percent(coverage[kind]).toFixed(1)} % of ${kind}, at least ${floor[kind]} % wanted`,
  );
}

function percent({ hit, found }: Share): number {
  return found === 0 ? 100 : (100 * hit) / found;
}
