import type { Revocation } from "../../core/revocation.ts";
import type { Clock } from "../../core/time/clock.ts";
import { createSteadyClock } from "../../core/time/steady-clock.ts";
import { type AccessClaims, isUserClaims } from "../../token/access-token/access-claims.ts";
import { createEndedTable, type EndedTable } from "./ended-ids.ts";
import { createSweep, mapSweep, type Sweepable } from "./sweep.ts";

/** A revocation, and until when a token may exist that it concerns. */
export interface ListedRevocation {
  readonly revocation: Revocation;
  /** Epoch ms. */
  readonly until: number;
}

/** Why a token is refused although its signature and times are good. */
export interface RevocationVerdict {
  readonly reason: "token_revoked" | "token_stale";
  readonly why: string;
}

/** What a role allows since policy version `pol`. */
export interface RolePolicy {
  readonly pol: number;
  readonly permissions: readonly string[];
}

/** What is no longer true, in memory, asked with every request (docs/protocol.md §6). */
export interface RevocationList {
  /**
   * Takes entries in, in any order and any number of times: a higher `ver` or `pol` wins, a lower one changes nothing.
   * @throws TypeError for an entry that it does not understand: the reader of the feed is then out of touch
   */
  apply(entries: readonly ListedRevocation[]): void;
  /** `undefined` = by this list, the token stands. */
  verdict(claims: AccessClaims, kid?: string): RevocationVerdict | undefined;
  /** The newest listed policy of this role, if any. */
  rolePolicy(role: string): RolePolicy | undefined;
  /** `undefined` = by this list, the key stands. */
  whyKeyRevoked(kid: string): string | undefined;
  /** Removes at once every entry that concerns no live token any more; `apply` removes a few at a time. */
  prune(): void;
  /**
   * Forgets the versions of users, apps and roles, which a restored database may have given out anew. Ended sessions,
   * tokens and keys stay until they are over: their ids are never given out again, and a database that has lost an end
   * must not revive it. Apply what is alive in the same turn, or revoked tokens pass in between.
   */
  clear(): void;
  /**
   * Begins a list beside this one, which goes on as it is until the new one is whole and takes its place. Ended sessions,
   * tokens and keys are in both.
   */
  startOver(): Replacement;
  /**
   * Calls `heard` after every change, in the same turn, until the function that is returned is called.
   * With the entries that came in, or `undefined` if anything may have changed.
   */
  onChange(heard: (entries: readonly ListedRevocation[] | undefined) => void): () => void;
  /**
   * Epoch ms of this list's clock, which never runs back: a token that was over when the list forgot about it must not
   * become young again. Everything that asks the list takes its time from here.
   */
  now(): number;
  /** Differs after every change, so that a verdict found at this version need not be found again. */
  readonly version: number;
  readonly size: number;
}

/** What a list will be when it is whole. */
export interface Replacement {
  /** As that of the list. */
  apply(entries: readonly ListedRevocation[]): void;
  /** Takes the place of everything that the list holds, in one step. */
  swapIn(): void;
}

/** Every token below `least` is refused. */
interface Raised {
  readonly least: number;
  readonly why: string;
  readonly until: number;
}
interface Redefined extends RolePolicy {
  readonly until: number;
}

/** Steps of sweeping for every one that comes in: more than one, so that what is over leaves faster than news arrives. */
const SWEPT_PER_ENTRY = 4;
/** The user must be told, and a silent refresh would only meet the same refusal. */
const FINAL_WHYS = new Set(["banned", "closed"]);

/** Makes an empty list. */
export function createRevocationList(options: { readonly clock: Clock }): RevocationList {
  const clock = createSteadyClock(options.clock);
  const listeners = new Set<(entries: readonly ListedRevocation[] | undefined) => void>();
  let tables = createTables();
  let version = 0;

  function tell(entries: readonly ListedRevocation[] | undefined): void {
    for (const heard of listeners) heard(entries);
  }

  return Object.freeze({
    apply(entries: readonly ListedRevocation[]): void {
      // Before the first entry, so that no verdict outlives a list that was changed in part.
      if (entries.length > 0) version += 1;
      try {
        for (const entry of entries) tables.take(entry);
      } finally {
        if (entries.length > 0) tell(entries);
      }
      // By the steady time, so that after a step that was taken back the entry is still there.
      tables.sweep(clock.steady(), (entries.length + 1) * SWEPT_PER_ENTRY);
    },
    verdict: (claims: AccessClaims, kid?: string): RevocationVerdict | undefined => tables.verdict(claims, kid),
    rolePolicy: (role: string): RolePolicy | undefined => tables.rolePolicy(role),
    whyKeyRevoked: (kid: string): string | undefined => tables.whyKeyRevoked(kid),
    prune(): void {
      tables.prune(clock.steady());
    },
    clear(): void {
      version += 1;
      tables = createTables(tables.ended);
      tell(undefined);
    },
    startOver(): Replacement {
      const aside = createTables(tables.ended);
      return Object.freeze({
        apply(entries: readonly ListedRevocation[]): void {
          // What has ended counts at once, in both.
          if (entries.length > 0) version += 1;
          for (const entry of entries) aside.take(entry);
          aside.sweep(clock.steady(), (entries.length + 1) * SWEPT_PER_ENTRY);
        },
        swapIn(): void {
          version += 1;
          tables = aside;
          tell(undefined);
        },
      });
    },
    onChange(heard: (entries: readonly ListedRevocation[] | undefined) => void): () => void {
      listeners.add(heard);
      return () => {
        listeners.delete(heard);
      };
    },
    now: clock.now,
    get version(): number {
      return version;
    },
    get size(): number {
      return tables.size();
    },
  });
}

/** What was ended by its id, which is never given out again. */
interface EndedTables {
  readonly sessions: EndedTable;
  readonly tokens: EndedTable;
  readonly keys: EndedTable;
}

/** Everything that one list holds. */
interface Tables {
  readonly ended: EndedTables;
  take(entry: ListedRevocation): void;
  verdict(claims: AccessClaims, kid: string | undefined): RevocationVerdict | undefined;
  rolePolicy(role: string): RolePolicy | undefined;
  whyKeyRevoked(kid: string): string | undefined;
  sweep(now: number, steps: number): void;
  prune(now: number): void;
  size(): number;
}

function createEndedTables(): EndedTables {
  return { sessions: createEndedTable("s_"), tokens: createEndedTable(""), keys: createEndedTable("") };
}

/** @param ended what another list already knows to have ended; from then on it belongs to both */
function createTables(ended: EndedTables = createEndedTables()): Tables {
  const { sessions, tokens, keys } = ended;
  const users = new Map<string, Raised>();
  const clients = new Map<string, Raised>();
  const everybody = new Map<"all", Raised>();
  const roles = new Map<string, Redefined>();
  const tables: readonly Sweepable[] = [
    sessions,
    tokens,
    keys,
    mapSweep(users),
    mapSweep(clients),
    mapSweep(everybody),
    mapSweep(roles),
  ];

  function take({ revocation, until }: ListedRevocation): void {
    if ("sid" in revocation) sessions.end(revocation.sid, revocation.why, until);
    else if ("sub" in revocation) raise(users, revocation.sub, { least: revocation.ver, why: revocation.why, until });
    else if ("jti" in revocation) tokens.end(revocation.jti, revocation.why, until);
    else if ("role" in revocation) {
      const { role, pol } = revocation;
      // Frozen, so that callers can share it as it is.
      redefine(roles, role, { pol, permissions: Object.freeze([...revocation.permissions]), until });
    } else if ("kid" in revocation) keys.end(revocation.kid, revocation.why, until);
    else if ("client_id" in revocation) {
      raise(clients, revocation.client_id, { least: revocation.pol, why: revocation.why, until });
    } else if ("all" in revocation) raise(everybody, "all", { least: revocation.pol, why: revocation.why, until });
    else throw new TypeError("a revocation of an unknown shape");
  }

  function verdict(claims: AccessClaims, kid: string | undefined): RevocationVerdict | undefined {
    const raised = everybody.get("all");
    const reset = raised !== undefined && claims.pol < raised.least ? raised : undefined;
    const raisedClient = clients.get(claims.client_id);
    const resetClient = raisedClient !== undefined && claims.pol < raisedClient.least ? raisedClient : undefined;
    const user = isUserClaims(claims) ? claims : undefined;
    const ended =
      (user === undefined ? undefined : sessions.why(user.sid)) ??
      tokens.why(claims.jti) ??
      (kid === undefined ? undefined : keys.why(kid)) ??
      reset?.why ??
      resetClient?.why;
    if (ended !== undefined) return { reason: "token_revoked", why: ended };
    const known = user === undefined ? undefined : users.get(user.sub);
    if (user === undefined || known === undefined || user.ver >= known.least) return undefined;
    return { reason: FINAL_WHYS.has(known.why) ? "token_revoked" : "token_stale", why: known.why };
  }

  return {
    ended,
    take,
    verdict,
    rolePolicy: (role) => roles.get(role),
    whyKeyRevoked: keys.why,
    sweep: createSweep(tables),
    prune(now) {
      for (const table of tables) table.prune(now);
    },
    size: () => tables.reduce((sum, table) => sum + table.size, 0),
  };
}

function raise<Key extends string>(table: Map<Key, Raised>, key: Key, raised: Raised): void {
  const known = table.get(key);
  const winner = known !== undefined && known.least >= raised.least ? known : raised;
  table.set(key, { ...winner, until: Math.max(raised.until, known?.until ?? raised.until) });
}

function redefine(table: Map<string, Redefined>, role: string, redefined: Redefined): void {
  const known = table.get(role);
  const { pol, permissions } = known !== undefined && known.pol >= redefined.pol ? known : redefined;
  table.set(role, { pol, permissions, until: Math.max(redefined.until, known?.until ?? redefined.until) });
}
