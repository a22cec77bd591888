import { toBase64url } from "../../core/base64url.ts";
import { newSessionId } from "../../core/ids.ts";
import type { Notices } from "../../core/log/notices.ts";
import type { RefusalLog } from "../../session/administration/refusal-log.ts";
import type { SessionSettings } from "../../session/settings.ts";
import type { KeyRing } from "../../session/signing-keys/key-ring.ts";
import type { Background } from "../../session/upkeep/background.ts";
import { deliverHooks } from "../../session/upkeep/deliver-hooks.ts";
import { BEAT_MS, type Presence } from "../../session/upkeep/node-presence.ts";
import { createPurge } from "../../session/upkeep/purge.ts";
import { type AuditSealer, createAuditSealer } from "../../session/upkeep/seal-audit.ts";
import type { Store } from "../../store/store.ts";
import type { FollowedOutbox } from "../compose-revocations.ts";
import type { WebhookWork } from "../compose-webhooks.ts";
import type { OpenStorage } from "../open-storage.ts";
import type { NodeEnvironment } from "./node-environment.ts";

/** A beat of the feed follows every reading, and a reader hears one at least every second. */
const READ_MS = 500;
const POLL_MS = 1000;
const PROBE_MS = 2000;
const SWEEP_MS = 10_000;
const PURGE_MS = 600_000;
const BOUND_MS = 60_000;
const SEAL_MS = 1000;
const COUNT_MS = 10_000;
const SEALER_BYTES = 9;
/** Between two lines of the log that say where the audit chain ends. */
const HEAD_TOLD_MS = 3_600_000;

export interface BackgroundParts {
  readonly background: Background;
  readonly storage: OpenStorage;
  readonly settings: SessionSettings;
  readonly keys: KeyRing;
  readonly outbox: FollowedOutbox;
  readonly refusals: RefusalLog;
  readonly presence: Presence;
  readonly webhooks: WebhookWork;
}

/** What of that work others want to know of. */
export interface BackgroundWork {
  readonly auditLagMs: AuditSealer["lagMs"];
  /** The last count; `undefined` if it is not counted. */
  readonly deliveriesWaiting: () => number | undefined;
}

/** Everything that a node does time and again without being asked. */
export function startBackground(environment: NodeEnvironment, parts: BackgroundParts): BackgroundWork {
  const { random, clock, log, notices, meter, pause } = environment;
  const { background, storage, settings, keys, outbox, refusals, presence, webhooks } = parts;
  const { store, shared } = storage;

  background.repeat("reading the revocations", READ_MS, outbox.follower.poll);
  shared.listen(outbox.readSoon);
  // The configuration's roles may be news to the others.
  shared.tell();
  background.repeat("forgetting short-lived facts", SWEEP_MS, store.hot.sweep);
  background.repeat("reading the signing keys", POLL_MS, keys.refresh);
  background.repeat("probing whether the database takes writes", PROBE_MS, probeWrites(store, notices));
  background.repeat("calling hooks", POLL_MS, () => deliverHooks(store.deliveries, settings.hooks, log, pause));
  background.repeat("saying that this node runs", BEAT_MS, presence.beat);
  for (const { id, round } of webhooks.deliveries) {
    background.repeat(`delivering to the webhook ${id}`, POLL_MS, round);
  }
  background.repeat("keeping messages to webhooks within bounds", BOUND_MS, webhooks.keepBounded);
  // Nodes that start together purge one after the other, each from a place of its own: sessions of any age that is kept.
  const share = (random(1).readUInt8() + 1) / 256;
  const firstPurgeMs = Math.ceil(PURGE_MS * share);
  const { retention, absoluteMs } = settings;
  const from = newSessionId(random, clock.now() - share * (absoluteMs + retention.sessionsMs));
  const purge = createPurge({ store: store.purge, retention, pause, from });
  background.repeat("purging", PURGE_MS, purge.round, firstPurgeMs);
  background.repeat("forgetting moves of identities", PURGE_MS, store.identityMoves.forget, firstPurgeMs);
  background.repeat("writing refusals", POLL_MS, refusals.flush);
  background.repeat("forgetting refusals", PURGE_MS, refusals.forget, firstPurgeMs);
  const sealer = composeSealer(environment, store);
  background.repeat("chaining the audit log", SEAL_MS, sealer.round);
  let deliveriesWaiting: number | undefined;
  if (meter.isOn && Object.values(settings.hooks).some((hook) => hook !== undefined)) {
    background.repeat("counting deliveries", COUNT_MS, async () => {
      deliveriesWaiting = await store.deliveries.waiting();
    });
  }
  if (meter.isOn && webhooks.deliveries.length > 0) {
    background.repeat("counting messages to webhooks", COUNT_MS, webhooks.count);
  }
  return Object.freeze({ auditLagMs: sealer.lagMs, deliveriesWaiting: () => deliveriesWaiting });
}

/** An operator who keeps the log elsewhere can check against it that the chain was not written anew. */
function composeSealer({ random, log, clock, pause }: NodeEnvironment, { audit }: Store): AuditSealer {
  let toldAt = Number.NEGATIVE_INFINITY;
  return createAuditSealer({
    store: audit,
    clock,
    sealer: toBase64url(random(SEALER_BYTES)),
    pause,
    onSealed(head) {
      if (clock.monotonic() - toldAt < HEAD_TOLD_MS) return;
      toldAt = clock.monotonic();
      log.info({ seq: head.seq, head: head.hash }, "the audit chain ends here: hufu audit verify --head checks it");
    },
  });
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
