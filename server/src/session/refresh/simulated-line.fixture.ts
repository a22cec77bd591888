import { hash } from "node:crypto";
import { newSessionId, newUserId } from "../../core/ids.ts";
import type { Random } from "../../core/random.ts";
import type { Session } from "../../store/records.ts";
import { attemptTag, createRefreshTokens, parentTagOf } from "../../token/refresh-token.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { decideRefresh } from "./refresh-decision.ts";

/** Pseudo-random numbers, 0 ≤ x < 1. */
export type Numbers = () => number;

/** The same seed gives the same numbers. */
export function numbersFrom(seed: number): Numbers {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function bytesFrom(next: Numbers): Random {
  return (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(next() * 256)));
}

const IDLE_MS = 30 * 86_400_000;
const ABSOLUTE_MS = 180 * 86_400_000;

export type LineAnswer =
  | { readonly status: "ok"; readonly child: string; readonly promoted: boolean }
  | { readonly status: "superseded" | "reused" | "ended" | "expired" | "invalid" };

/** One session's line of refresh tokens: real tokens and the real decision, over one row in memory. */
export interface Line {
  readonly first: string;
  present(token: string, attempt: string | undefined, now: number): LineAnswer;
  /** Ends the session as a new sign-in on its device does. */
  replace(): void;
  row(): Session;
}

const secrets = createSecrets([hash("sha256", "simulated line", "base64")]);
const tokens = createRefreshTokens(secrets);

/** @param random draws attempts that a client did not send */
export function openLine(random: Random, now: number): Line {
  const id = newSessionId(random, 0);
  const keyId = secrets.newest.id;
  const first = tokens.first({ keyId, sessionId: id, code: "simulated-code", attempt: random(16).toString("hex") });
  let row: Session = {
    id,
    userId: newUserId(random, 0),
    platform: "wechat",
    app: "wxsimulated",
    openid: "oSimulated",
    clientId: "wxsimulated",
    mode: "dual",
    deviceId: null,
    deviceType: "phone",
    deviceName: null,
    version: 1,
    generation: 0,
    currentHash: first.hash,
    keyId,
    recent: [],
    status: "active",
    endWhy: null,
    endedAt: null,
    endedBy: null,
    endRule: null,
    createdAt: now,
    lastUsedAt: now,
    idleUntil: now + IDLE_MS,
    absoluteUntil: now + ABSOLUTE_MS,
    clock: now,
    authTime: now,
    acr: "platform",
    amr: [],
    higher: null,
    jkt: null,
    bornPol: 0,
    codeHash: "",
    codeAttempt: "",
    madeUser: true,
  };
  return {
    first: first.text,
    row: () => row,
    replace() {
      if (row.status === "active") row = { ...row, version: row.version + 1, status: "ended", endWhy: "replaced" };
    },
    present(text, attempt, at) {
      const token = tokens.parse(text);
      if (token === undefined || token.sessionId !== id) return { status: "invalid" };
      if (row.status === "ended") return { status: "ended" };
      if (Math.max(at, row.clock) >= Math.min(row.idleUntil, row.absoluteUntil)) return { status: "expired" };
      const tag = attempt === undefined ? "" : attemptTag(id, attempt);
      const rules = { idleMs: IDLE_MS, newestKeyId: keyId, parentTagOf };
      const verdict = decideRefresh(row, token, tag, at, rules);
      if (verdict.answer === "superseded") return { status: "superseded" };
      if (verdict.answer === "reused") {
        row = { ...row, version: row.version + 1, status: "ended", endWhy: "reused", endedAt: at };
        return { status: "reused" };
      }
      row = verdict.next ?? row;
      const child = tokens.child({
        keyId: row.keyId,
        parent: token,
        attempt: attempt ?? random(16).toString("hex"),
        tag,
      });
      return { status: "ok", child, promoted: verdict.answer === "child" && verdict.promoted };
    },
  };
}
