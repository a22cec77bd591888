import { setTimeout as delay } from "node:timers/promises";
import { permissionsOf } from "../access/role-permissions.ts";
import { newSessionId } from "../core/ids.ts";
import type { Logger } from "../core/log/log.ts";
import { createNotices, type Notices } from "../core/log/notices.ts";
import { createStderrLog } from "../core/log/stderr-log.ts";
import { checkNodeVersion } from "../core/node-version.ts";
import { systemRandom } from "../core/random.ts";
import { systemClock } from "../core/time/clock.ts";
import { createSteadyClock } from "../core/time/steady-clock.ts";
import { createLimits, type Limits } from "../limits/limits.ts";
import { createApps } from "../platform/apps.ts";
import { createEndpointWarnings } from "../platform/endpoint-warnings.ts";
import { createPlatforms } from "../platform/platforms.ts";
import { createWeChat } from "../platform/wechat/wechat.ts";
import { createProofCheck, type ProofCheck } from "../proof/proof-check.ts";
import { createProofNonces } from "../proof/proof-nonces.ts";
import { createClockSkew } from "../revocations/clock-skew.ts";
import { followOutbox } from "../revocations/follow-outbox.ts";
import { createFeed, type RevocationFeed } from "../revocations/revocation-feed.ts";
import { type Administration, createAdministration } from "../session/administration/administration.ts";
import { createUserData, type UserData } from "../session/administration/user-data.ts";
import { createClients } from "../session/clients.ts";
import type { SessionContext } from "../session/context.ts";
import { openPolicy } from "../session/policy.ts";
import { createProtocol, type Protocol } from "../session/protocol.ts";
import { type KeyRing, openKeyRing } from "../session/signing-keys/key-ring.ts";
import { createBackground } from "../session/upkeep/background.ts";
import { deliverHooks } from "../session/upkeep/deliver-hooks.ts";
import { createPurge } from "../session/upkeep/purge.ts";
import type { HostClaims, RevocationEntry } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { createRefreshTokens } from "../token/refresh-token.ts";
import { createSealedBox } from "../token/sealed-box.ts";
import { createSecrets } from "../token/secrets.ts";
import { createLocalVerifier } from "../verify/local-verifier.ts";
import { createRevocationList } from "../verify/revocation-list/revocation-list.ts";
import type { Verifier } from "../verify/verifier.ts";
import { entryLifeOf, longestAccessOf } from "./entry-life.ts";
import { checkDatabaseUrl, openStoreAt } from "./open-database.ts";
import { checkRedis, openShared } from "./open-redis.ts";
import type { Environment, HufuOptions } from "./options.ts";
import { createReadiness, lostEntries, type Readiness } from "./readiness.ts";
import { resolveOptions } from "./resolve-options.ts";

/** A beat of the feed follows every reading, and a reader hears one at least every second. */
const READ_MS = 500;
const POLL_MS = 1000;
const PROBE_MS = 2000;
const SWEEP_MS = 10_000;
const PURGE_MS = 600_000;
/** Sign-in for mini programs, wired and running. Frozen. */
export interface Hufu<Claims = HostClaims> extends Administration {
  readonly issuer: string;
  readonly audience: string;
  /** What guards ask; in this process it needs no network and sees every end at once. */
  readonly verifier: Verifier<Claims>;
  /** What crosses the wire; `hufu/express`, `hufu/hono` and `hufu serve` mount it. */
  readonly protocol: Protocol;
  /** Accepts the proofs of possession of the token endpoint. */
  readonly tokenProofs: ProofCheck;
  /** What is no longer true, for verifiers in other processes; served under `/revocations`. */
  readonly feed: RevocationFeed;
  /** Counts what may be asked; asked by the endpoints. */
  readonly limits: Limits;
  /** What the platform encrypted for this user's session. */
  readonly userData: UserData;
  /** The log of all its parts, and of what serves it. */
  readonly log: Logger;
  /** How often each kind of event has happened on which somebody may have to act. */
  readonly notices: Notices;
  ready(): Promise<Readiness>;
  /** Stops gracefully: waits for what is under way, then closes the database. */
  close(): Promise<void>;
}

/**
 * Validates the options, opens the database (migrating it if needed), makes or loads the signing keys, and starts.
 * @throws TypeError for options that make no sense, before anything is touched
 * @throws HufuError `store_unavailable` if the database cannot be opened
 */
export async function createHufu<Claims = HostClaims>(options: HufuOptions<Claims>): Promise<Hufu<Claims>> {
  checkNodeVersion();
  const {
    settings,
    limits: limitSettings,
    algorithm,
    roles,
    secrets: secretTexts,
    maxSilenceMs,
    publicUrl,
  } = resolveOptions(options);
  const environment = environmentOf(options.environment ?? {});
  const { clock, random, fetch, pause, stage } = environment;
  const log = options.log ?? createStderrLog({ clock });
  const notices = createNotices({ log, clock });
  const secrets = createSecrets(secretTexts);
  const clients = createClients(options.clients ?? [], stage === "development" ? "accept" : "refuse");
  const box = createSealedBox(secrets, random);
  const apps = createApps(options.apps, undefined, createEndpointWarnings(log, stage === "production"));
  await checkRedis(options.redis);
  if (typeof options.database === "string") await checkDatabaseUrl(options.database, options.databaseDirect);

  const entryLifeMs = entryLifeOf(settings.accessMs);
  const store =
    typeof options.database === "string"
      ? await openStoreAt(options.database, { clock, direct: options.databaseDirect, entryLifeMs, log })
      : options.database;
  const shared = await openShared(options, store, { clock, log, notices }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { hot } = shared;
  const platforms = createPlatforms([
    createWeChat({ fetch, clock, log, cache: hot, box, callsMost: limitSettings.platformCalls }),
  ]);
  const limits = createLimits({ settings: limitSettings, clock, notices, hot: isAlone(options) ? undefined : hot });
  const background = createBackground(log, pause);
  const revocations = createRevocationList({ clock });
  const announce = (entries: readonly RevocationEntry[]): void => {
    revocations.apply(entries);
    if (entries.length === 0) return;
    shared.tell();
    tellReaders();
  };
  let tellReaders = (): void => undefined;
  try {
    await store.policy.apply(roles, settings.rolesFrom === "hufu" ? "add" : "replace");
    const policy = await openPolicy(store.policy);
    const keys = await openKeyRing({
      store: store.keys,
      box,
      clock,
      log,
      notices,
      algorithm,
      longestAccessMs: longestAccessOf(store),
      announce,
    });
    const follower = await followOutbox({
      store: store.revocations,
      clock,
      apply(entries) {
        revocations.apply(entries);
        // Another process took a key out: what signs here must not be that key for another moment.
        if (entries.some(({ revocation }) => "kid" in revocation))
          background.run("reading the signing keys", keys.reload);
      },
      reset: revocations.clear,
      onLost: (numbers) =>
        notices.error(
          "entries_lost",
          { lost: numbers },
          `the database lost ${lostEntries(numbers)} of the outbox, or has others in their place: what they ended may be active again; run hufu recover`,
        ),
    });
    // A failure is told where the outbox is read time and again.
    const readSoon = (): void =>
      background.run("reading the revocations", () => follower.poll().catch(() => undefined));
    const skew = createClockSkew({ clock, log, notices });
    follower.listen(skew.note);
    const feed = createFeed({ store: store.revocations, follower, clock, log });
    tellReaders = (): void => {
      if (feed.readers() > 0) readSoon();
    };
    const proofsFor = (purpose: "token" | "guard"): ProofCheck => {
      const nonces = createProofNonces({ purpose, keys: secrets.all.map(({ nonce }) => nonce), windows: hot, clock });
      return createProofCheck({ nonces, windows: hot, clock });
    };
    const verifier = createLocalVerifier<Claims>({
      guardProofs: { proofs: proofsFor("guard"), publicUrl },
      issuer: settings.issuer,
      audience: settings.audience,
      keys: { find: keys.find, seek: keys.seek },
      revocations,
      ...(maxSilenceMs === undefined
        ? {}
        : { silence: { ms: () => clock.monotonic() - follower.readAt(), most: maxSilenceMs } }),
      permissionsOf(names, pol) {
        const snapshot = policy.atLeast(pol);
        if (!(snapshot instanceof Promise)) return permissionsOf(names, snapshot.roles);
        return snapshot.then(({ roles: table }) => permissionsOf(names, table));
      },
    });
    const context: SessionContext = {
      settings,
      store,
      hot,
      limits,
      clock,
      random,
      log,
      notices,
      pause,
      secrets,
      refreshTokens: createRefreshTokens(secrets),
      box,
      keys,
      policy,
      findApp: apps.find,
      findPlatform: platforms.find,
      inBackground: background.run,
      announce,
      tellNodes: shared.tell,
      readOutbox: follower.poll,
      findClient: clients.find,
      isRevoked: (claims, kid) => revocations.verdict(claims, kid) !== undefined,
      minted: verifier.remember,
    };

    background.repeat("reading the revocations", READ_MS, follower.poll);
    shared.listen(readSoon);
    // The configuration's roles may be news to the others.
    shared.tell();
    background.repeat("forgetting short-lived facts", SWEEP_MS, store.hot.sweep);
    background.repeat("reading the signing keys", POLL_MS, keys.refresh);
    background.repeat("probing whether the database takes writes", PROBE_MS, probeWrites(store, notices));
    background.repeat("calling hooks", POLL_MS, () => deliverHooks(store.deliveries, settings.hooks, log, pause));
    const purge = createPurge({ store: store.purge, retention: settings.retention, pause, from: newSessionId(random) });
    // Nodes that start together purge one after the other, each at a place of its own.
    const firstPurgeMs = Math.ceil(PURGE_MS * ((random(1).readUInt8() + 1) / 256));
    background.repeat("purging", PURGE_MS, purge.round, firstPurgeMs);

    return Object.freeze({
      issuer: settings.issuer,
      audience: settings.audience,
      verifier,
      protocol: createProtocol(context, clients),
      tokenProofs: proofsFor("token"),
      feed,
      limits,
      userData: createUserData(context),
      log,
      notices,
      ...createAdministration(context),
      ready: createReadiness({
        store,
        follower,
        clock,
        canSign: () => canSign(keys),
        clockCheck: skew.check,
        hotCheck: shared.check,
        droppedLines: () => log.dropped?.() ?? 0,
      }),
      async close(): Promise<void> {
        feed.end();
        verifier.close();
        await background.stop();
        await shared.stop();
        await store.close();
      },
    });
  } catch (error) {
    await background.stop();
    await shared.stop();
    await store.close();
    throw error;
  }
}

/** While writes fail, tries one, and tells. */
function probeWrites({ writes }: Store, notices: Notices): () => Promise<void> {
  return async () => {
    if (!writes.areFailing()) return;
    try {
      await writes.probe();
    } catch (err) {
      const message = "the database takes no writes: sign-ins and refreshes are answered 503; look for a full disk";
      notices.error("writes_failing", { err }, message);
    }
  };
}

/** On SQLite without Redis there is one process. */
function isAlone<Claims>({ database, redis, hot }: HufuOptions<Claims>): boolean {
  return typeof database === "string" && database.startsWith("sqlite:") && redis === undefined && hot === undefined;
}

function canSign(keys: KeyRing): boolean {
  try {
    return keys.signer() !== undefined;
  } catch {
    return false;
  }
}

function environmentOf(given: NonNullable<HufuOptions["environment"]>): Environment {
  return {
    clock: createSteadyClock(given.clock ?? systemClock),
    random: given.random ?? systemRandom,
    stage: given.stage ?? (process.env["NODE_ENV"] === "production" ? "production" : "unknown"),
    fetch: given.fetch ?? globalThis.fetch,
    pause: given.pause ?? ((ms, signal) => delay(ms, undefined, { ref: false, ...(signal ? { signal } : {}) })),
  };
}
