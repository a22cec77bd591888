import type { KyselyPlugin } from "kysely";
import type { SessionId, UserId } from "../../../../core/ids.ts";
import { atOnce, EVERY_EVENT, refreshed, signIn } from "../../../contract/sample-sign-in.ts";
import type { Db, SqlDatabase } from "../../dialect.ts";
import { createSqlStore } from "../../ports/sql-store.ts";

/** A statement that a database was given. */
export interface GivenStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Tables of which each statement may read every row: a handful each, however many users there are. */
export const SMALL_TABLES: readonly string[] = ["hufu_policy", "hufu_resets", "hufu_roles", "hufu_counters"];

const ENTRY_LIFE_MS = 720_000;
const USERS = 400;

/** So many rows that a database that looks at its statistics prefers an index. */
export async function fillTables(database: SqlDatabase): Promise<void> {
  const store = createSqlStore(database, ENTRY_LIFE_MS);
  await atOnce(USERS, async (index) => {
    const openid = `o_fill${index}`;
    const { facts } = await signIn(store, {
      openid,
      union: { scope: "wechat:one", id: `u_fill${index}` },
      host: { externalId: `host ${index}` },
      plan: ({ user }) => ({
        audit: [{ action: "sign_in", userId: user.id, actor: "system" }],
        deliveries: [
          { event: "sign-in", payload: { userId: user.id } },
          {
            event: "sign-in",
            payload: { userId: user.id },
            webhook: { endpoint: index % 2 === 0 ? "hot" : "cold", messageId: user.id },
          },
        ],
      }),
    });
    await store.users.edit(facts.user.id, { kind: "stale" }, "filling", () => ({}));
    await store.hot.claim(openid, "filling", 600_000);
    await store.tickets.redeem(openid, "filling");
  });
}

/** The statements that a node sends in everyday work. */
export async function hotStatements(database: SqlDatabase): Promise<readonly GivenStatement[]> {
  const heard = new Map<string, GivenStatement>();
  const overheard = overhear(database, (statement) => heard.set(statement.sql, statement));
  const { sessions, revocations, users, hot, tickets, deliveries } = createSqlStore(overheard, ENTRY_LIFE_MS);
  const store = createSqlStore(overheard, ENTRY_LIFE_MS);

  const sample = {
    openid: "o_hot",
    union: { scope: "wechat:one", id: "u_hot" },
    host: { externalId: "host hot" },
    sessionKey: { sealed: "sealed", exchangedAt: 1 },
  };
  const { session, user } = (await signIn(store, sample)).facts;
  // Known by now, under another app's name, with other roles, and one session ends.
  await signIn(store, {
    ...sample,
    clientId: "wx_other",
    host: { externalId: "host hot", roles: ["vip"] },
    candidates: {
      deviceId: "d_hot",
      newestPerType: 100,
      ofIdentity: { oldest: 10, ceiling: 100, oldestAtCeiling: 110 },
    },
    plan: ({ candidates }) => ({
      end: candidates.map(({ id }) => ({ id, why: "replaced", by: "system", rule: "device", accompaniment: {} })),
    }),
  });
  await sessions.findForMint(session.id);
  await sessions.findByCode(session.codeHash);
  const { session: other } = (await signIn(store, sample)).facts;
  await sessions.compareAndSet(refreshed(other));
  await sessions.listOfUser(user.id);
  await sessions.end({ sid: other.id }, { why: "logged_out", by: user.id }, () => ({}));
  await sessions.end({ userId: user.id }, { why: "logged_out", by: user.id }, () => ({}));
  await users.find(user.id);
  await users.findByExternalId("host hot");
  await users.findByIdentity({ platform: "wechat", app: "wx_one", openid: "o_hot" });
  await users.sessionKey({ platform: "wechat", app: "wx_one", openid: "o_hot" });
  await users.edit(user.id, { kind: "roles", roles: ["member"] }, "test", () => ({}));
  await revocations.after(USERS - 5, 100);
  await hot.claim("hot", "one", 1000);
  await hot.claim("hot", "two", 1000);
  await hot.claimFreshCode?.({ mark: "fresh", holder: "one", ttlMs: 1000, codeHash: "fresh", kept: "none" });
  await hot.release("hot", "one");
  await hot.count("hot", 1000);
  await hot.count("hot", 1000);
  await hot.remember("hot", "value", 1000);
  await hot.remember("hot", "other", 1000);
  await hot.recall("hot");
  await hot.sweep();
  await tickets.redeem("hot", "one");
  await tickets.redeem("hot", "two");
  await deliveries.take(EVERY_EVENT, 1, 1);
  const [taken] = await store.webhooks.take("hot", 1, 1);
  await store.webhooks.failed(taken?.number ?? 0, 1, "answered 500", 1000);
  await store.webhooks.arrived(taken?.number ?? 0);
  await store.purge.webhooks(1_000_000, 1);
  await directory(overheard, user.id, other.id);
  // What was only prepared has holes where values belong.
  return [...heard.values()].filter(({ parameters }) => parameters.every((value) => Object(value) !== value));
}

/** What administrators look for among a million. Counting reads everything, and is none of these. */
async function directory(database: SqlDatabase, id: UserId, sid: SessionId): Promise<void> {
  const store = createSqlStore(database, ENTRY_LIFE_MS);
  for (const by of [{ id }, { sid }, { externalId: "host hot" }, { openid: "o_hot" }, { unionid: "u_hot" }]) {
    await store.directory.search(by, 20);
  }
  for (const status of ["active", "banned", "closed"] as const) {
    await store.directory.users({ status, after: null, limit: 3 });
  }
  await store.directory.users({ after: null, limit: 3 });
  await store.directory.sessions(id, { after: null, limit: 3 });
  await store.refusals.find("request");
  await store.refusals.forget(1000, 10);
}

function overhear(database: SqlDatabase, note: (statement: GivenStatement) => void): SqlDatabase {
  const { differences } = database;
  const compiler = differences.createQueryCompiler();
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      note(compiler.compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const listening = (db: Db): Db =>
    new Proxy(db.withPlugin(plugin), {
      get(target, name) {
        // What was prepared passes no plugin any more.
        if (name === "executeQuery") {
          return (statement: Parameters<Db["executeQuery"]>[0]) => {
            if ("sql" in statement) note(statement);
            return db.executeQuery(statement);
          };
        }
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  return {
    ...database,
    // One by one: what batches send has a test of its own, and what is sent as one cannot be explained everywhere.
    batches: undefined,
    sendTogether: undefined,
    reader: listening(database.reader),
    write: (unit) => database.write((db) => unit(listening(db))),
    writeOne: (unit) => database.writeOne((db) => unit(listening(db))),
  };
}
