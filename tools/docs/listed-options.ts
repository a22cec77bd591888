// docs/guides/configuration.md lists every option of server/config.schema.json, with the default that the schema names.

/** What this check reads of a JSON Schema. */
export interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Members that the page describes in one row of their parent. */
const TOGETHER = new Set(["clients", "redis", "sessions.perDeviceType"]);

/** Options that the page lacks, or gives another default, as `page: …`. */
export function findOptionGaps(page: string, text: string, schema: Schema): string[] {
  const rows = readRows(text);
  return [...optionsOf(schema, "")].flatMap(([path, preset]) => {
    const cells = rows.get(path);
    if (cells === undefined) return [`${page}: does not list the option ${path}`];
    const isCompared = ["string", "number", "boolean"].includes(typeof preset);
    if (!isCompared || cells.split(/[\s`,，、；（|]+/).includes(String(preset))) return [];
    return [`${page}: the schema's default of ${path} is ${String(preset)}`];
  });
}

function* optionsOf(schema: Schema, path: string): Generator<readonly [string, unknown]> {
  for (const [name, member] of Object.entries(membersOf(schema))) {
    const full = path === "" ? name : `${path}.${name}`;
    const below = TOGETHER.has(full) ? {} : membersOf(member);
    if (Object.keys(below).length === 0) yield [full, member.default];
    if (!TOGETHER.has(full)) yield* optionsOf(member, full);
  }
}

function membersOf(schema: Schema): Readonly<Record<string, Schema>> {
  const inner = schema.items ?? schema;
  return inner.properties ?? inner.anyOf?.find((each) => each.properties !== undefined)?.properties ?? {};
}

/** The options in the first cells of tables → the rest of their rows; below `### \`apps\`` an `id` is `apps.id`. */
function readRows(text: string): Map<string, string> {
  const rows = new Map<string, string>();
  let parent = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) parent = /^### `(\w+)`$/.exec(line)?.[1] ?? "";
    const [, first, rest = ""] = /^\| (`[^|]*?) \| (.*) \|$/.exec(line) ?? [];
    for (const [, name = ""] of first?.matchAll(/`([^`]+)`/g) ?? []) {
      rows.set(parent === "" ? name : `${parent}.${name}`, rest);
    }
  }
  return rows;
}
