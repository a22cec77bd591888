import { newSessionId } from "../core/ids.ts";
import { checkNodeVersion } from "../core/node-version.ts";
import { createLimits } from "../limits/limits.ts";
import { prometheusMeter } from "../metrics/prometheus-meter.ts";
import { createApps } from "../platform/apps.ts";
import { createEndpointWarnings } from "../platform/endpoint-warnings.ts";
import { createAdministration } from "../session/administration/administration.ts";
import { createAdministrationCalls } from "../session/administration/calls.ts";
import { createRefusalLog } from "../session/administration/refusal-log.ts";
import { createUserData } from "../session/administration/user-data.ts";
import { createClients } from "../session/clients.ts";
import type { SessionContext } from "../session/context.ts";
import { openPolicy } from "../session/policy.ts";
import { createProtocol } from "../session/protocol.ts";
import type { SessionSettings } from "../session/settings.ts";
import { type KeyRing, openKeyRing } from "../session/signing-keys/key-ring.ts";
import { createTickets } from "../session/tickets/tickets.ts";
import { createBackground } from "../session/upkeep/background.ts";
import { createPresence } from "../session/upkeep/node-presence.ts";
import { createUserKeys } from "../session/user-keys.ts";
import { editsTowards } from "../store/policy-edits.ts";
import type { HostClaims } from "../store/records.ts";
import { timedHotStore, timedStore } from "../store/timed-store.ts";
import { createRefreshTokens } from "../token/refresh-token.ts";
import { createSealedBox } from "../token/sealing/sealed-box.ts";
import { createSecrets } from "../token/sealing/secrets.ts";
import { openTracer } from "../tracing/open-tracer.ts";
import { createRequestResolver } from "../webhooks/resolve-by-request.ts";
import { composeMacs, composeProofs, composeVerifier } from "./compose-guards.ts";
import { composePlatforms } from "./compose-platforms.ts";
import { composeRevocations } from "./compose-revocations.ts";
import { composeWebhooks } from "./compose-webhooks.ts";
import { longestAccessOf } from "./database/entry-life.ts";
import type { Hufu } from "./hufu.ts";
import { type NodeEnvironment, nodeEnvironment, nodeName } from "./node/node-environment.ts";
import { createReadiness } from "./node/readiness.ts";
import { startBackground } from "./node/start-background.ts";
import { watchNode } from "./node/watch-node.ts";
import { openStorage } from "./open-storage.ts";
import type { HufuOptions } from "./options/options.ts";
import { type ResolvedOptions, resolveOptions } from "./options/resolve-options.ts";

/**
 * Validates the options, opens the database (migrating it if needed), makes or loads the signing keys, and starts.
 * @throws TypeError for options that make no sense, before anything is touched
 * @throws HufuError `store_unavailable` if the database cannot be opened
 */
export async function createHufu<Claims = HostClaims>(options: HufuOptions<Claims>): Promise<Hufu<Claims>> {
  checkNodeVersion();
  const resolved = resolveOptions(options);
  const measured = options.metrics === undefined ? undefined : await prometheusMeter(options.metrics);
  const environment = nodeEnvironment(options, { meter: measured, tracer: await openTracer() });
  const settings = withResolver(resolved, environment);
  const { clock, random, pause, log, notices, meter, tracer, stage } = environment;
  const secrets = createSecrets(resolved.secrets);
  const box = createSealedBox(secrets, random);
  const clients = createClients(options.clients ?? [], stage === "development" ? "accept" : "refuse");
  const apps = createApps(options.apps, undefined, createEndpointWarnings(log, stage === "production"));

  const storage = await openStorage(options, settings.accessMs, environment);
  const { shared, start } = storage;
  const store = meter.isOn ? timedStore(storage.store, { meter, clock }) : storage.store;
  const hot = meter.isOn ? timedHotStore(shared.hot, { meter, clock }) : shared.hot;
  const background = createBackground(log, pause);
  try {
    const callsMost = resolved.limits.platformCalls;
    const platforms = composePlatforms(environment, { cache: hot, box, callsMost });
    const limits = createLimits({
      settings: resolved.limits,
      clock,
      notices,
      meter,
      hot: storage.isAlone ? undefined : hot,
    });
    const tellNodes = shared.tell;
    const revocations = composeRevocations(environment, {
      store: store.revocations,
      entryLifeMs: store.entryLifeMs,
      tellNodes,
      background,
    });
    const { list, announce } = revocations;

    const how = settings.rolesFrom === "hufu" ? "add" : "replace";
    const areApplied = start !== undefined && editsTowards(start.policy, resolved.roles, how).length === 0;
    if (!areApplied) await store.policy.apply(resolved.roles, how);
    const policy = await openPolicy(store.policy, areApplied ? start.policy : undefined);
    const { algorithm } = resolved;
    const longestAccessMs = longestAccessOf(store);
    const keys = await openKeyRing({
      store: store.keys,
      box,
      clock,
      log,
      notices,
      algorithm,
      longestAccessMs,
      announce,
      first: start && { ...start.keys, began: start.began, at: start.at },
    });
    const outbox = await revocations.follow(keys, start && { ...start.outbox, began: start.began });
    const { follower, feed } = outbox;
    const proofs = composeProofs("guard", environment, { secrets, hot });
    const userKeys = createUserKeys({ store, box, clock, findApp: apps.find, findPlatform: platforms.find });
    const macs = composeMacs(environment, { secrets, hot, keys: userKeys });
    const guardParts = { keys, policy, list, follower, proofs, macs };
    const verifier = composeVerifier<Claims>(resolved, environment, guardParts);

    const context: SessionContext = {
      settings,
      store,
      hot,
      limits,
      clock,
      random,
      log,
      notices,
      meter,
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
      tellNodes,
      readOutbox: follower.poll,
      findClient: clients.find,
      isRevoked: (claims, kid) => list.verdict(claims, kid) !== undefined,
      minted: resolved.keepIssued ? verifier.remember : () => undefined,
    };
    const refusals = createRefusalLog({ store: store.refusals, clock, notices, node: nodeName() });
    const presence = createPresence({ hot, clock, secrets, id: newSessionId(random, clock.now()), name: nodeName() });
    const webhooks = composeWebhooks(environment, resolved, store.webhooks);
    const parts = { background, storage, settings, keys, outbox, refusals, presence, webhooks };
    const work = startBackground(environment, parts);
    watchNode(environment, { store, verifier, outbox, refusals, work });

    return Object.freeze({
      issuer: settings.issuer,
      audience: settings.audience,
      verifier,
      protocol: createProtocol(context, clients),
      administration: createAdministrationCalls(context, refusals),
      refusals,
      tokenProofs: composeProofs("token", environment, { secrets, hot }),
      feed,
      limits,
      userData: createUserData(context),
      tickets: createTickets(context),
      deliveries: webhooks.api,
      log,
      notices,
      meter,
      tracer,
      ...createAdministration(context),
      ready: createReadiness({
        store,
        follower,
        clock,
        canSign: () => canSign(keys),
        clockCheck: outbox.checkClock,
        hotCheck: shared.check,
        droppedLines: () => log.dropped?.() ?? 0,
        auditLagMs: work.auditLagMs,
      }),
      async close(): Promise<void> {
        feed.end();
        verifier.close();
        await background.stop();
        await refusals.flush().catch((err: unknown) => log.warn({ err }, "the last refusals were not kept"));
        await presence.leave();
        await storage.close();
        measured?.close();
      },
    });
  } catch (error) {
    await background.stop();
    await storage.close();
    measured?.close();
    throw error;
  }
}

/** `resolveUser` as a URL becomes a function here, where the network is known. */
function withResolver({ settings, resolveTarget }: ResolvedOptions, environment: NodeEnvironment): SessionSettings {
  if (resolveTarget === undefined) return settings;
  return { ...settings, resolveUser: createRequestResolver(resolveTarget, environment) };
}

function canSign(keys: KeyRing): boolean {
  try {
    return keys.signer() !== undefined;
  } catch {
    return false;
  }
}
