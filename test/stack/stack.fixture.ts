import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import type { SimulatedWeChat } from "@hufu/simulator";
import { createSimulatedWeChat } from "@hufu/simulator";
import type { Logger } from "../../server/src/core/log/log.ts";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import type { HufuOptions } from "../../server/src/hufu/options/options.ts";
import type { SignInInput } from "../../server/src/session/sign-in/sign-in-input.ts";
import type { TokenAnswer } from "../../server/src/session/token-answer.ts";
import { createMemoryHotStore } from "../../server/src/store/hot/memory.ts";
import { tablesOf } from "../../server/src/store/sql/audit-rows.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";
import type { UserClaims } from "../../server/src/token/access-token/access-claims.ts";
import { createTestClock, type TestClock } from "./clock.fixture.ts";
import { present } from "./verdict.ts";

/** Two mini programs of one Open Platform account, and one of nobody's. */
export const BAKERY = "wx-bakery";
export const CINEMA = "wx-cinema";
export const LONELY = "wx-lonely";

export const ISSUER = "https://stack.example/auth";
export const START = Date.parse("2030-05-01T08:00:00Z");
/** A back end that may introspect. */
export const ASKER = Object.freeze({ id: "asker", permissions: ["hufu.tokens:introspect"] });

/** A mini program that revokes a token. */
export function asApp(clientId: string): { readonly id: string; readonly confidential: false } {
  return { id: clientId, confidential: false };
}

/** A secret of a deployment, different for every name. */
export function secretNamed(name: string): string {
  return createHash("sha512").update(`secret of ${name}`).digest("base64");
}

export function appSecretOf(appId: string): string {
  return `app-secret-of-${appId}`;
}

/** What a client has after a sign-in or refresh. */
export interface Held {
  readonly answer: TokenAnswer;
  readonly access: string;
  readonly refresh: string;
  readonly claims: UserClaims;
  readonly sid: UserClaims["sid"];
  readonly userId: UserClaims["sub"];
}

/** A sign-in with what it was done with, so that it can be repeated. */
export interface SignedIn extends Held {
  readonly input: SignInInput & { readonly attemptId: string };
}

export type Dump = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
export type StackOptions = Partial<Omit<HufuOptions, "database" | "environment" | "log">> & {
  readonly fetch?: typeof globalThis.fetch;
  /** The stack's database, opened by the test and closed by the node. */
  readonly database?: Store;
  /** Where the clock stands when the stack opens, epoch ms. */
  readonly start?: number;
};

/** A whole deployment: simulated platform, database file, one node or several. */
export interface Stack {
  readonly clock: TestClock;
  readonly wechat: SimulatedWeChat;
  /** Where the simulated platform listens. */
  readonly url: string;
  readonly file: string;
  /** The first node, or what came after it. */
  readonly hufu: Hufu;
  /** Every line that any node logged, whatever its level. */
  readonly logged: readonly string[];
  /** One more node on the same database. Nodes share what is short-lived, as they would in Redis. */
  node(options?: StackOptions): Promise<Hufu>;
  /** Stops the first node gracefully and starts it again. */
  reopen(options?: StackOptions): Promise<Hufu>;
  /** Time passes, and every node does what was due. */
  pass(ms: number): Promise<void>;
  signIn(user: string, more?: Partial<SignInInput>, node?: Hufu): Promise<SignedIn>;
  refresh(
    token: string,
    more?: { readonly attemptId?: string | undefined; readonly clientId?: string },
    node?: Hufu,
  ): Promise<Held>;
  /** Every row of every table of Hufu's. */
  dump(): Dump;
  /** The raw bytes of the database, its log included, as Latin-1 text. */
  bytes(): string;
}

let attempts = 0;

/** An attempt id that nobody has used. */
export function freshAttempt(): string {
  attempts += 1;
  return `attempt-${String(attempts).padStart(16, "0")}`;
}

/** Opens a stack and closes it after the test. */
export async function openStack(t: Pick<TestContext, "after">, options: StackOptions = {}): Promise<Stack> {
  const clock = createTestClock(options.start ?? START);
  const apps = [BAKERY, CINEMA, LONELY].map((appId) => ({ appId, appSecret: appSecretOf(appId) }));
  const wechat = createSimulatedWeChat({
    apps: apps.map((app) => (app.appId === LONELY ? app : { ...app, unionAccount: "acme" })),
    loginsPerMinute: Number.POSITIVE_INFINITY,
    clock,
  });
  const listening = await wechat.listen();
  const folder = mkdtempSync(join(tmpdir(), "hufu-stack-"));
  const file = join(folder, "hufu.db");
  const hot = createMemoryHotStore({ clock });
  const logged: string[] = [];
  const nodes = new Set<Hufu>();

  async function open(more: StackOptions = {}): Promise<Hufu> {
    const { fetch, start: _, ...chosen } = { ...options, ...more };
    const hufu = await createHufu({
      issuer: ISSUER,
      secret: secretNamed("the stack"),
      apps: apps.map((app) => ({ ...app, endpoint: listening.url })),
      roles: { member: ["order:read:own", "order:create"], admin: ["order:read:all"] },
      defaultRoles: ["member"],
      hot,
      database: `sqlite:${file}`,
      ...chosen,
      log: loggerInto(logged),
      environment: { clock, pause: clock.pause, ...(fetch === undefined ? {} : { fetch }) },
    });
    nodes.add(hufu);
    // Its first reading of the outbox has been asked for: time must not pass while it is under way.
    await settle();
    return hufu;
  }

  let first = await open();
  t.after(async () => {
    await Promise.all([...nodes].map((node) => node.close()));
    await listening.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    clock,
    wechat,
    url: listening.url,
    file,
    logged,
    get hufu() {
      return first;
    },
    node: open,
    async reopen(more) {
      await first.close();
      nodes.delete(first);
      first = await open(more);
      return first;
    },
    async pass(ms) {
      clock.pass(ms);
      await settle();
    },
    async signIn(user, more = {}, node = first) {
      const clientId = more.clientId ?? BAKERY;
      const code = more.code ?? wechat.issueCode({ appId: clientId, user });
      const input = { ...more, attemptId: more.attemptId ?? freshAttempt(), clientId, code };
      return { ...heldOf(await node.protocol.signIn(input)), input };
    },
    async refresh(refreshToken, more = {}, node = first) {
      return heldOf(await node.protocol.refresh({ clientId: BAKERY, ...more, refreshToken }));
    },
    dump: () => dumpOf(file),
    bytes: () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), "latin1"))
        .join("\n"),
  };
}

const SETTLE_MOST_MS = 10_000;
/** Turns of the event loop in a row in which nobody has more to do. */
const QUIET_TURNS = 3;
/** How many wait for that at the moment: each of them asks for turns itself. */
let settling = 0;

/**
 * Waits until everything that nodes do by themselves has come to its end: their statements and commits wait for turns of
 * the event loop alone, so there is none left when no turn is asked for. @throws Error if that never happens
 */
export async function settle(): Promise<void> {
  const late = performance.now() + SETTLE_MOST_MS;
  settling += 1;
  try {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      await setImmediate();
      const asked = process.getActiveResourcesInfo().filter((what) => what === "Immediate").length;
      quiet = asked < settling ? quiet + 1 : 0;
      if (performance.now() > late) throw new Error(`a node's background work did not end within ${SETTLE_MOST_MS} ms`);
    }
  } finally {
    settling -= 1;
  }
}

/** What is in an answer. In `single` mode `refresh` is empty. */
export function heldOf(answer: TokenAnswer): Held {
  const claims: UserClaims = JSON.parse(
    Buffer.from(present(answer.accessToken.split(".")[1]), "base64url").toString("utf8"),
  );
  const { sid, sub: userId } = claims;
  return { answer, access: answer.accessToken, refresh: answer.refreshToken ?? "", claims, sid, userId };
}

function dumpOf(file: string): Dump {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 30_000 });
  try {
    return tablesOf(database);
  } finally {
    database.close();
  }
}

/** The rows of one table that have these values. */
export function rowsOf(
  stack: Pick<Stack, "dump">,
  table: string,
  where: Readonly<Record<string, unknown>> = {},
): Dump[string] {
  const rows = present(stack.dump()[table]);
  return rows.filter((row) => Object.entries(where).every(([column, value]) => row[column] === value));
}

/** How many rows each table has. */
export function countRows(stack: Pick<Stack, "dump">): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(stack.dump()).map(([table, rows]) => [table, rows.length]));
}

function loggerInto(lines: string[]): Logger {
  const note = (fields: object, message: string): void =>
    void lines.push(`${message} ${inspect(fields, { depth: 12 })}`);
  return { debug: note, info: note, warn: note, error: note };
}
