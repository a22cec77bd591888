// Who may import whom, which room may use which package, and where time, dice and network may be taken from the machine.
// `node tools/check-rooms.ts [folder]` prints each breach as file:line and the rule, and fails if there is one.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { importsOf, lineAt, maskSource } from "./source-text.ts";

/** Each room and the rooms that it may import besides itself. The longest name that fits a file is its room; `hufu` is hufu.ts and hufu-….ts. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  token: ["core"],
  access: ["core"],
  platform: ["core"],
  simulator: ["core"],
  store: ["core"],
  "store/sql": ["core", "store"],
  "store/hot": ["core", "store"],
  "store/index.ts": ["core", "store", "store/sql", "store/hot"],
  feed: ["core", "store"],
  session: ["core", "token", "access", "platform", "store"],
  verify: ["core", "token", "access"],
  hufu: [
    "core",
    "token",
    "access",
    "platform",
    "store",
    "store/sql",
    "store/hot",
    "store/index.ts",
    "feed",
    "session",
    "verify",
  ],
  http: ["core", "token", "access", "platform", "store", "feed", "session", "verify", "hufu"],
  adapters: ["core", "token", "access", "verify", "hufu", "http"],
  cli: [
    "core",
    "token",
    "access",
    "platform",
    "simulator",
    "store",
    "store/index.ts",
    "session",
    "verify",
    "hufu",
    "http",
  ],
  testing: ["core", "token", "access", "platform", "simulator", "store", "store/index.ts", "session", "verify", "hufu"],
};

/** What a room's tests may import besides the room, what it may import, and whatever lies below that. */
const ROOMS_IN_TESTS: Readonly<Record<string, readonly string[]>> = {
  platform: ["simulator"],
  session: ["store/sql", "store/hot", "store/index.ts", "simulator"],
  hufu: ["simulator"],
  http: ["simulator"],
  adapters: ["simulator"],
  testing: ["adapters"],
};

/** Each package that product code may import, and the rooms that may. Tests may import any; knip sees that it is listed. */
const PACKAGES: Readonly<Record<string, readonly string[] | "anywhere">> = {
  "@hono/node-server": ["http", "adapters", "cli"],
  commander: ["cli"],
  hono: ["http", "adapters", "cli"],
  ioredis: ["hufu"],
  kysely: ["store/sql"],
  mysql2: ["hufu"],
  pg: ["hufu"],
  pino: ["cli"],
  zod: ["hufu", "session", "http", "cli", "simulator"],
  "node:async_hooks": "anywhere",
  "node:buffer": "anywhere",
  "node:child_process": ["cli"],
  "node:assert": ["store"],
  "node:crypto": ["core", "token", "store", "session", "platform", "simulator", "testing", "verify", "http"],
  "node:events": "anywhere",
  // The simulated phone loads a mini program's files, from the folder that a test names.
  "node:fs": ["cli", "store/sql", "simulator"],
  "node:http": ["simulator", "http", "cli", "adapters"],
  "node:https": ["simulator", "http", "cli", "adapters"],
  "node:module": ["cli"],
  "node:net": ["simulator", "http", "cli", "adapters"],
  "node:os": ["cli"],
  "node:path": ["cli", "store/sql", "simulator"],
  "node:process": ["cli"],
  "node:readline": ["cli"],
  "node:sqlite": ["store/sql"],
  "node:stream": "anywhere",
  "node:timers": "anywhere",
  "node:url": "anywhere",
  "node:util": "anywhere",
  "node:vm": ["simulator"],
};

interface MachineGlobal {
  readonly what: string;
  readonly looks: RegExp;
  /** A file that looks like this has brought its own by the same name. */
  readonly unless?: RegExp;
  /** Rooms and files that may take the machine's own. */
  readonly allowed: readonly string[];
}

/** What comes in as a value, how it looks when it does not, and where the machine's own may be taken. */
const GLOBALS: readonly MachineGlobal[] = [
  {
    what: "time",
    looks: /(?<![.\w$])(?:Date\.now\b|performance\.now\b|new Date(?:\(\s*\)|(?!\s*[\w$(]))|setInterval\b)/g,
    // The last one only names what a phone has.
    allowed: ["core/clock.ts", "cli", "testing", "hufu", "simulator/phone/world-timers.ts"],
  },
  {
    what: "randomness",
    looks:
      /(?<![.\w$])(?:Math\.random\b|(?:crypto\.)?(?:randomBytes|randomUUID|randomInt|randomFill|randomFillSync|getRandomValues)\s*\()/g,
    // The last one only names what a phone has.
    allowed: ["core/random.ts", "cli", "testing", "hufu", "simulator/phone/wx-device.ts"],
  },
  {
    what: "network",
    looks: /(?<!typeof\s)globalThis\s*\.\s*fetch\b/g,
    allowed: ["cli", "testing", "hufu", "verify/create-verifier.ts"],
  },
  {
    what: "network",
    // A method that is declared as `fetch(…)` begins its line; a call of the global one never does, since it is awaited.
    looks: /(?<=\S[ \t]*)(?<!async\s)(?<![.\w$])fetch\s*\(/g,
    unless: /\b(?:const|let)\s*\{[^}]*\bfetch\b[^}]*\}|(?<!readonly\s)\bfetch\s*:\s*(?:typeof\b|[A-Z])/,
    allowed: ["cli", "testing", "hufu"],
  },
];

/** The one file that loads a module which somebody else has named: a configuration in JavaScript or TypeScript. */
const LOADS_NAMED_MODULES = "cli/load-module.ts";

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

interface Source {
  readonly text: string;
  readonly room: string | undefined;
  readonly isTest: boolean;
}

const IS_TEST = /\.(?:test|testing)\.ts$/;

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS)
    .filter(
      (room) => file.startsWith(`${room}/`) || file === room || (room === "hufu" && /^hufu(?:-[^/]+)?\.ts$/.test(file)),
    )
    .sort((a, b) => b.length - a.length)[0];
}

function withAllBelow(rooms: readonly string[]): ReadonlySet<string> {
  const below = new Set<string>();
  const add = (room: string): void => {
    if (below.has(room)) return;
    below.add(room);
    for (const next of ROOMS[room] ?? []) add(next);
  };
  for (const room of rooms) add(room);
  return below;
}

function mayImport(room: string, isTest: boolean): ReadonlySet<string> {
  if (isTest) return withAllBelow([room, ...(ROOMS_IN_TESTS[room] ?? [])]);
  return new Set([room, ...(ROOMS[room] ?? [])]);
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function packageRule(specifier: string, room: string): string | undefined {
  const name = packageOf(specifier);
  const rooms = PACKAGES[name];
  if (rooms === undefined) return `no room may import ${name}: it is not in the table of packages`;
  if (rooms === "anywhere" || rooms.includes(room)) return undefined;
  return `${room} may not import ${name}: only ${rooms.join(", ")} may`;
}

function roomRule(from: Source & { room: string }, target: string, to: Source | undefined): string | undefined {
  if (target.startsWith("..")) return `an import may not leave the source folder: ${target}`;
  if (!target.endsWith(".ts")) return `a relative import ends in .ts: ${target}`;
  const room = roomOf(target);
  if (room === undefined) return `${target} is in no room`;
  if (!from.isTest && IS_TEST.test(target)) return `product code may not import a test: ${target}`;
  if (to === undefined) return `there is no file ${target}`;
  const allowed = mayImport(from.room, from.isTest);
  if (allowed.has(room)) return undefined;
  const others = [...allowed].filter((name) => name !== from.room).join(", ");
  return `${from.room}${from.isTest ? " (a test)" : ""} may not import ${room}: only ${others || "itself"}`;
}

function targetOf(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

function breachesOfFile(file: string, source: Source, sources: ReadonlyMap<string, Source>): Breach[] {
  const { room, text, isTest } = source;
  if (room === undefined) return [{ file, line: 1, rule: "a file stands in a room, or is hufu.ts or hufu-….ts" }];
  const breaches: Breach[] = [];
  for (const { specifier, line } of importsOf(text)) {
    const target = targetOf(file, specifier);
    const rule = specifier.startsWith(".")
      ? roomRule({ ...source, room }, target, sources.get(target))
      : specifier === ""
        ? file === LOADS_NAMED_MODULES
          ? undefined
          : "an import() names its module in plain text"
        : isTest
          ? undefined
          : packageRule(specifier, room);
    if (rule !== undefined) breaches.push({ file, line, rule });
  }
  if (isTest) return breaches;
  const code = maskSource(text);
  for (const { what, looks, unless, allowed } of GLOBALS) {
    if (allowed.includes(room) || allowed.includes(file) || unless?.test(code)) continue;
    for (const match of code.matchAll(looks)) {
      const rule = `${what} comes in as a value: ${match[0].trim()}`;
      breaches.push({ file, line: lineAt(code, match.index), rule });
    }
  }
  return breaches;
}

function cycles(sources: ReadonlyMap<string, Source>): Breach[] {
  const found: Breach[] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): void => {
    path.push(file);
    for (const { specifier, line } of importsOf(sources.get(file)?.text ?? "")) {
      const target = specifier.startsWith(".") ? targetOf(file, specifier) : "";
      if (!sources.has(target) || done.has(target)) continue;
      const start = path.indexOf(target);
      if (start < 0) visit(target);
      else found.push({ file, line, rule: `a cycle of imports: ${[...path.slice(start), target].join(" → ")}` });
    }
    path.pop();
    done.add(file);
  };
  for (const file of sources.keys()) if (!done.has(file)) visit(file);
  return found;
}

/** Every breach of the tables above in the TypeScript files of a source folder. */
export function findBreaches(folder: string): Breach[] {
  const sources = new Map<string, Source>();
  for (const name of globSync("**/*.ts", { cwd: folder }).sort()) {
    const file = name.split(sep).join("/");
    sources.set(file, {
      text: readFileSync(join(folder, name), "utf8"),
      room: roomOf(file),
      isTest: IS_TEST.test(file),
    });
  }
  return [...[...sources].flatMap(([file, source]) => breachesOfFile(file, source, sources)), ...cycles(sources)];
}

/** The client runs where there are no packages and no server: its files import each other and nothing else. */
export function findClientBreaches(folder: string): Breach[] {
  const breaches: Breach[] = [];
  for (const file of globSync("*.ts", { cwd: folder }).sort()) {
    if (IS_TEST.test(file)) continue;
    for (const { specifier, line } of importsOf(readFileSync(join(folder, file), "utf8"))) {
      if (/^\.\/[\w-]+\.ts$/.test(specifier)) continue;
      breaches.push({
        file,
        line,
        rule: `the client imports only its own files, not ${specifier || "by a computed name"}`,
      });
    }
  }
  return breaches;
}

if (import.meta.main) {
  const root = dirname(import.meta.dirname);
  const folder = process.argv[2] ?? join(root, "server", "src");
  if (!existsSync(folder)) throw new TypeError(`no such folder: ${folder}`);
  const client = join(root, "client", "src");
  const breaches = [
    ...findBreaches(folder).map((breach) => ({ ...breach, file: join(folder, breach.file) })),
    ...findClientBreaches(client).map((breach) => ({ ...breach, file: join(client, breach.file) })),
  ];
  for (const { file, line, rule } of breaches) console.log(`${relative(process.cwd(), file)}:${line}: ${rule}`);
  console.log(breaches.length === 0 ? "rooms: no breach" : `rooms: ${breaches.length} breaches`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
