import type { Measure } from "./figure.ts";
import type { Core } from "./pinned-process.ts";

/** One line of the table of budgets (docs/design.md). */
export interface Budget {
  /** Of the table, or a word for a figure that the table does not have. */
  readonly name: `B${number}` | "import" | "proof";
  readonly what: string;
  /** As the design words it. */
  readonly budget: string;
  /** Loads what measures it. */
  readonly measure?: () => Promise<Measure>;
  /** Where that runs: what is timed itself on the measured core, what only directs others beside it. */
  readonly core?: Core;
  /** Why it is not measured. */
  readonly why?: string;
}

export const BUDGETS: readonly Budget[] = [
  {
    name: "B1",
    what: "warm guard in the process, one permission",
    budget: "≥ 3 × fast-jwt's cache hit; ≥ 2 × a bare Map.get; by Zipf's law ≥ 1.25 × fast-jwt with equal caches",
    measure: async () => (await import("./b1-warm-guard.ts")).measureB1,
    core: "measured",
  },
  {
    name: "B2",
    what: "cold guard, strict checks included",
    budget: "≥ 0.90 of raw crypto.verify",
    measure: async () => (await import("./b2-cold-guard.ts")).measureB2,
    core: "measured",
  },
  {
    name: "B3",
    what: "first check of a token minted in the same process",
    budget: "≥ 15 × the cold guard",
    measure: async () => (await import("./b3-minted-here.ts")).measureB3,
    core: "measured",
  },
  {
    name: "B4",
    what: "guarded route",
    budget: "≥ 0.95 of a step that does nothing; around a handler in Hono ≥ 0.85 of the bare route",
    measure: async () => (await import("./b4-guarded-route.ts")).measureB4,
    core: "load",
  },
  {
    name: "B5",
    what: "guarded route ÷ the naive way",
    budget: "≥ 1.15 against SQLite in the process, ≥ 6 against PostgreSQL",
    measure: async () => (await import("./b5-naive-openid.ts")).measureB5,
    core: "load",
  },
  {
    name: "B6",
    what: "permission check",
    budget: "≥ 0.9 of a bare Map.get; ahead of CASL and Casbin",
    measure: async () => (await import("./b6-permission.ts")).measureB6,
    core: "measured",
  },
  {
    name: "B7",
    what: "refresh over HTTP, SQLite, same durability",
    budget: "≥ 0.7 of a bare prototype, by processor time",
    measure: async () => (await import("./b7-refresh.ts")).measureB7,
    core: "load",
  },
  {
    name: "B8",
    what: "sign-in over HTTP",
    budget: "SQLite ≥ 5 × Better Auth's anonymous sign-in; PostgreSQL and MariaDB ≥ 0.45 of SQLite",
    measure: async () => (await import("./b8-sign-in.ts")).measureB8,
    core: "load",
  },
  {
    name: "B9",
    what: "refresh over HTTP on a database server",
    budget: "≥ 1.3 × the same driver with the same two statements one by one, p99 no worse, at 32 and 200 connections",
    measure: async () => (await import("./b9-refresh-servers.ts")).measureB9,
    core: "load",
  },
  {
    name: "B10",
    what: "end answered → refused on every node",
    budget: "p99 ≤ 50 ms with Redis, ≤ 100 ms with LISTEN/NOTIFY, ≤ 1.2 s by polling",
    measure: async () => (await import("./b10-ends-everywhere.ts")).measureB10,
    core: "load",
  },
  {
    name: "B11",
    what: "a million live revocations",
    budget: "≤ 48 MiB more, warm guard ≥ 0.9 of its speed",
    measure: async () => (await import("./b11-live-revocations.ts")).measureB11,
    core: "measured",
  },
  {
    name: "B12",
    what: "refresh at 1,000,000 sessions ÷ at 10,000",
    budget: "≥ 0.9",
    measure: async () => (await import("./b12-growth.ts")).measureB12,
    core: "measured",
  },
  {
    name: "B13",
    what: "100 calls at once on an expired token",
    budget: "exactly 1 refresh",
    measure: async () => (await import("./b13-one-refresh.ts")).measureB13,
    core: "load",
  },
  {
    name: "B14",
    what: "size of the client",
    budget: "≤ 10 KiB gzipped",
    measure: async () => (await import("./b14-client-size.ts")).measureB14,
    core: "load",
  },
  {
    name: "B15",
    what: "start to readyz ÷ an empty Hono server's, and import ÷ jose's",
    budget: "≤ 3; import ≤ 2",
    measure: async () => (await import("./b15-start.ts")).measureB15,
    core: "load",
  },
  {
    name: "B16",
    what: "idle memory ÷ an empty Hono server's",
    budget: "≤ 1.6",
    measure: async () => (await import("./b16-memory.ts")).measureB16,
    core: "load",
  },
  {
    name: "B17",
    what: "access token of a member with 5 permissions, unbound",
    budget: "≤ 850 bytes",
    measure: async () => (await import("./b17-token-size.ts")).measureB17,
    core: "measured",
  },
  {
    name: "B18",
    what: "sign-in of a user with 100 active sessions",
    budget: "≥ 0.8 of a user with one",
    measure: async () => (await import("./b18-many-sessions.ts")).measureB18,
    core: "measured",
  },
  {
    name: "B19",
    what: "refresh with --workers 2 ÷ with one worker",
    budget: "≥ 1.7",
    why: "two workers, the load and the database server need a core each, and the machine of the table has two",
  },
  {
    name: "proof",
    what: "proof of possession checked by a warm guard",
    budget: "≥ 0.8 of two raw crypto.verify",
    measure: async () => (await import("./proof.ts")).measureProof,
    core: "measured",
  },
  {
    name: "import",
    what: "hufu import",
    budget: "≥ 20,000 users/s on SQLite, ≥ 5,000 on PostgreSQL",
    measure: async () => (await import("./import.ts")).measureImport,
    core: "all",
  },
];
