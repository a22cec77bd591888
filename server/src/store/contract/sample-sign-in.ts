import { createHash } from "node:crypto";
import { newSessionId, newUserId, type SessionId, type UserId } from "../../core/ids.ts";
import type { Random } from "../../core/random.ts";
import type { Delivery, HostClaims, RevocationEntry, Session, SessionFacts } from "../records.ts";
import type { SignInFacts, SignInPlan, SignInRequest } from "../sessions.ts";
import type { Store } from "../store.ts";
import type { UserEdit } from "../users.ts";

let drawn = 0;
/** Bytes that differ at each call and are the same in each run. */
const sampleRandom: Random = (size) => {
  drawn += 1;
  return createHash("sha512").update(`sample ${drawn}`).digest().subarray(0, size);
};

export function sampleUserId(): UserId {
  return newUserId(sampleRandom, 0);
}

export function sampleSessionId(): SessionId {
  return newSessionId(sampleRandom, 0);
}

/** A word that no other sample has. */
export function sampleWord(): string {
  return sampleRandom(24).toString("base64url");
}

/** What a contract case may say about its sign-in; everything has a default. */
export interface SampleSignIn {
  readonly platform?: string;
  readonly app?: string;
  readonly openid?: string;
  readonly clientId?: string;
  readonly banHashes?: readonly string[];
  readonly union?: SignInRequest["union"];
  readonly sessionKey?: SignInRequest["sessionKey"];
  readonly host?: {
    readonly askedAtVer?: number | null;
    readonly rolesBind?: boolean;
    readonly externalId?: string | null;
    readonly roles?: readonly string[] | null;
    readonly claims?: HostClaims | null;
  };
  readonly newUser?: SignInRequest["newUser"];
  readonly candidates?: SignInRequest["candidates"];
  /** What differs from a plain session. */
  readonly session?: Partial<Session>;
  /** What else is planned; may throw. */
  readonly plan?: (facts: SignInFacts) => Omit<Partial<SignInPlan>, "insert">;
}

/** Closes an account; hashes are plain text here. */
export const CLOSE = {
  kind: "close",
  hashes: {
    identity: ({ platform, app, openid }) => `hash of ${platform} ${app} ${openid}`,
    union: (scope, unionid) => `hash of ${scope} ${unionid}`,
  },
} as const satisfies UserEdit;

export interface SampleSignedIn {
  readonly facts: SessionFacts;
  readonly entries: readonly RevocationEntry[];
  /** What the plan saw. */
  readonly seen: SignInFacts;
}

/** Signs in as a contract case wants it. */
export async function signIn(store: Store, sample: SampleSignIn = {}): Promise<SampleSignedIn> {
  const plain = sampleRequest(sample);
  // Nothing is awaited where nothing has to be asked: a case may close the store in this very turn.
  const request = plain.host === null ? plain : await asked(store, plain, sample);
  let seen: SignInFacts | undefined;
  const result = await store.sessions.signIn(request, (facts) => {
    seen = facts;
    const insert = { ...sampleSession(request, facts), ...sample.session };
    return { end: [], ...sample.plan?.(facts), insert };
  });
  if (seen === undefined) throw new Error("signIn did not ask its plan");
  return { ...result, seen };
}

/** A host that was asked just now, unless the case says otherwise. */
async function asked(store: Store, request: SignInRequest, sample: SampleSignIn): Promise<SignInRequest> {
  const { host, identity } = request;
  if (host === null) return request;
  const askedAtVer = (await store.users.findByIdentity(identity))?.ver ?? null;
  return { ...request, host: { ...host, askedAtVer, ...sample.host } };
}

export function sampleRequest(sample: SampleSignIn): SignInRequest {
  const app = sample.app ?? "wx_one";
  return {
    identity: { platform: sample.platform ?? "wechat", app, openid: sample.openid ?? "o_first" },
    banHashes: sample.banHashes ?? [],
    clientId: sample.clientId ?? app,
    union: sample.union ?? null,
    sessionKey: sample.sessionKey ?? null,
    host:
      sample.host === undefined
        ? null
        : { askedAtVer: null, rolesBind: true, externalId: null, roles: null, claims: null, ...sample.host },
    newUser: sample.newUser ?? { id: sampleUserId(), roles: ["member"] },
    candidates: sample.candidates ?? {
      deviceId: null,
      newestPerType: 100,
      ofIdentity: { oldest: 100, ceiling: 100, oldestAtCeiling: 100 },
    },
  };
}

function sampleSession(request: SignInRequest, facts: SignInFacts): Session {
  const { now } = facts;
  return {
    id: sampleSessionId(),
    userId: facts.user.id,
    ...request.identity,
    clientId: request.clientId,
    mode: "dual",
    deviceId: null,
    deviceType: "phone",
    deviceName: null,
    version: 1,
    generation: 0,
    currentHash: sampleWord(),
    keyId: "key-one",
    recent: [],
    status: "active",
    endWhy: null,
    endedAt: null,
    endedBy: null,
    endRule: null,
    createdAt: now,
    lastUsedAt: now,
    idleUntil: now + 1_000_000,
    absoluteUntil: now + 9_000_000,
    clock: now,
    authTime: now,
    acr: "platform",
    amr: ["swk"],
    higher: null,
    jkt: null,
    bornPol: facts.pol,
    codeHash: sampleWord(),
    codeAttempt: "",
    madeUser: facts.madeUser,
  };
}

/** The session after one more refresh. */
export function refreshed(session: Session): Session {
  const { version, generation, currentHash, clock } = session;
  return {
    ...session,
    version: version + 1,
    generation: generation + 1,
    currentHash: sampleWord(),
    recent: [{ hash: currentHash, at: clock, winner: "tag" }, ...session.recent].slice(0, 8),
  };
}

/** Works at once, and how each ended. */
export async function atOnce<Result>(
  count: number,
  work: (index: number) => Promise<Result>,
): Promise<{ readonly done: readonly Result[]; readonly failed: readonly unknown[] }> {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)));
  const done: Result[] = [];
  const failed: unknown[] = [];
  for (const one of settled) {
    if (one.status === "fulfilled") done.push(one.value);
    else failed.push(one.reason);
  }
  return { done, failed };
}

/** The events of a host that listens to everything. */
export const EVERY_EVENT: readonly Delivery["event"][] = ["sign-in", "session-end", "user-closed"];
