// Vectors: which tokens each kind of entry revokes, and entries that must not be understood in part.

import type { FeedVector, VectorStep } from "../../server/src/verify/feed/feed-vectors.fixture.ts";
import { beat, expectTokens, inTouch, left, passes, refused, revoke, revoked, send, stale, unknown } from "./steps.ts";
import { JTI, KEYS, SID, SUB } from "./tokens.ts";

/** An entry that is not understood: from then on the list cannot be confirmed, and what it knows still counts. */
function notUnderstood(name: string, entry: string | object): FeedVector {
  const steps: readonly VectorStep[] = [
    ...inTouch("3.1", revoke("3.1", { sid: SID.bob, why: "kicked" })),
    expectTokens({ alice: passes, bob: revoked("kicked") }),
    { do: "wait", ms: 1000 },
    send(revoke("3.2", entry), beat("3.2", 1)),
    left,
    { do: "wait", ms: 4001 },
    expectTokens({ alice: unknown, bob: revoked("kicked") }),
  ];
  return { name: `not understood: ${name}`, steps };
}

const roles = (permissions: readonly string[], pol: number, role = "member"): object => ({ role, pol, permissions });

export const ENTRIES: readonly FeedVector[] = [
  {
    name: "a session ends: its tokens are refused, those of other sessions are not",
    steps: [
      ...inTouch("3.0"),
      expectTokens({ alice: passes, bob: passes }),
      send(revoke("3.1", { sid: SID.alice, why: "kicked" })),
      expectTokens({ alice: revoked("kicked"), "alice, refreshed": revoked("kicked"), bob: passes, shop: passes }),
    ],
  },
  {
    name: "entries before ready count like those after it",
    steps: [
      ...inTouch(
        "3.2",
        revoke("3.1", { sid: SID.alice, why: "logged_out" }),
        revoke("3.2", { jti: JTI.shop, why: "logged_out" }),
      ),
      expectTokens({ alice: revoked("logged_out"), shop: revoked("logged_out"), bob: passes }),
    ],
  },
  {
    name: "one access token is revoked: the session's next one passes",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", { jti: JTI.alice, why: "logged_out" })),
      expectTokens({ alice: revoked("logged_out"), "alice, refreshed": passes }),
    ],
  },
  {
    name: "the first reason of an end stays",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", { sid: SID.alice, why: "kicked" }), revoke("3.2", { sid: SID.alice, why: "banned" })),
      expectTokens({ alice: revoked("kicked") }),
    ],
  },
  {
    name: "a user's roles change: older tokens are stale, the refreshed one passes",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", { sub: SUB.alice, ver: 6, why: "roles_changed" })),
      expectTokens({ alice: stale("roles_changed"), "alice, refreshed": passes, bob: passes }),
    ],
  },
  {
    name: "a version that is not above the token's changes nothing",
    steps: [
      ...inTouch("3.0"),
      send(
        revoke("3.1", { sub: SUB.bob, ver: 7, why: "roles_changed" }),
        revoke("3.2", { sub: SUB.alice, ver: 4, why: "stale" }),
      ),
      expectTokens({ alice: passes, bob: passes }),
    ],
  },
  {
    name: "a lower version that comes later does not lower the user's",
    steps: [
      ...inTouch("3.0"),
      send(
        revoke("3.1", { sub: SUB.bob, ver: 9, why: "roles_changed" }),
        revoke("3.2", { sub: SUB.bob, ver: 7, why: "stale" }),
      ),
      expectTokens({ bob: stale("roles_changed") }),
    ],
  },
  {
    name: "a banned or closed user is refused for good, not asked to refresh",
    steps: [
      ...inTouch("3.0"),
      send(
        revoke("3.1", { sub: SUB.alice, ver: 7, why: "banned" }),
        revoke("3.2", { sub: SUB.bob, ver: 8, why: "closed" }),
      ),
      expectTokens({ alice: revoked("banned"), "alice, refreshed": revoked("banned"), bob: revoked("closed") }),
    ],
  },
  {
    name: "an app is reset: its tokens of before are refused, another app's and later ones are not",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", { client_id: "wx-shop", pol: 11, why: "reset" })),
      expectTokens({ alice: revoked("reset"), "alice, refreshed": passes, bob: passes, shop: passes }),
    ],
  },
  {
    name: "all are reset: users and back ends, by the policy version alone",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", { all: true, pol: 12, why: "reset" })),
      expectTokens({
        alice: revoked("reset"),
        "alice, refreshed": revoked("reset"),
        shop: revoked("reset"),
        bob: passes,
      }),
    ],
  },
  {
    name: "a signing key is revoked: every token that it signed is refused, also while the key is still published",
    steps: [
      ...inTouch("3.0"),
      { do: "publish", keys: ["one", "two"] },
      { do: "wait", ms: 1000 },
      send(beat("3.0", 1)),
      expectTokens({ alice: passes, carol: passes }),
      send(revoke("3.1", { kid: KEYS.one.kid, why: "key_compromised" })),
      expectTokens({ alice: revoked("key_compromised"), shop: revoked("key_compromised"), carol: passes }),
    ],
  },
  {
    name: "a role allows something else: tokens of an older policy get it, later ones keep theirs",
    steps: [
      ...inTouch("3.0"),
      expectTokens({ alice: { passes: true, permissions: ["order:create"] } }),
      send(revoke("3.1", roles(["order:read:own"], 11))),
      expectTokens({
        alice: { passes: true, permissions: ["order:read:own"] },
        "alice, refreshed": { passes: true, permissions: ["order:create"] },
        bob: { passes: true, permissions: ["order:create"] },
      }),
      send(revoke("3.2", roles([], 12))),
      expectTokens({ alice: { passes: true, permissions: [] } }),
    ],
  },
  {
    name: "an older policy of a role that comes later changes nothing",
    steps: [
      ...inTouch("3.0"),
      send(revoke("3.1", roles([], 12)), revoke("3.2", roles(["order:read:all"], 11))),
      expectTokens({ alice: { passes: true, permissions: [] } }),
    ],
  },
  {
    name: "a token that names roles only takes its permissions from the table of roles",
    steps: [
      ...inTouch("3.0"),
      {
        do: "roles",
        answer: { pol: 10, roles: { admin: ["order:read:all"], member: ["order:create"], guest: ["*:*"] } },
      },
      expectTokens({ "alice, roles only": { passes: true, permissions: ["order:create", "order:read:all"] } }),
    ],
  },
  {
    name: "roles that were listed before the token's policy say nothing about it: the table is asked",
    steps: [
      ...inTouch("3.2", revoke("3.1", roles(["order:read:all"], 8, "admin")), revoke("3.2", roles([], 9))),
      { do: "roles", answer: { pol: 10, roles: { admin: ["stock:read"], member: ["order:create"] } } },
      expectTokens({ "alice, roles only": { passes: true, permissions: ["order:create", "stock:read"] } }),
    ],
  },
  {
    name: "a table of roles that is older than the policy is no answer",
    steps: [
      ...inTouch("3.0"),
      { do: "roles", answer: { pol: 10, roles: { admin: ["order:read:all"], member: ["order:create"] } } },
      send(revoke("3.1", roles([], 11, "admin"))),
      expectTokens({ "alice, roles only": unknown, alice: { passes: true, permissions: ["order:create"] } }),
      { do: "roles", answer: { pol: 11, roles: { admin: [], member: ["order:create"] } } },
      { do: "wait", ms: 1000 },
      send(beat("3.1", 1)),
      expectTokens({ "alice, roles only": { passes: true, permissions: ["order:create"] } }),
    ],
  },
  notUnderstood("an unknown kind", { tenant: "t_1", why: "closed" }),
  notUnderstood("a member too many", { sid: SID.alice, why: "kicked", unless: "vip" }),
  notUnderstood("a member too few", { sub: SUB.alice, why: "roles_changed" }),
  notUnderstood("a member twice", `{"sid":"${SID.alice}","sid":"${SID.carol}","why":"kicked","until":1790003600}`),
  notUnderstood("a version that is no whole number", { sub: SUB.alice, ver: 6.5, why: "roles_changed" }),
  notUnderstood("a version as text", { sub: SUB.alice, ver: "6", why: "roles_changed" }),
  notUnderstood("a version below zero", { client_id: "wx-shop", pol: -1, why: "reset" }),
  notUnderstood("all, and yet not", { all: false, pol: 11, why: "reset" }),
  notUnderstood("an empty name", { jti: "", why: "logged_out" }),
  notUnderstood("an end in milliseconds", { sid: SID.alice, why: "kicked", until: 1_790_003_600_000 }),
  notUnderstood("permissions that are no list", { role: "member", pol: 11, permissions: "*:*" }),
  notUnderstood("no JSON", "{sid}"),
  notUnderstood("no object", "[]"),
];

/** Tokens that are invalid by themselves, independently of the feed. */
export const TOKENS: readonly FeedVector[] = [
  {
    name: "good tokens pass",
    steps: [
      ...inTouch("3.0"),
      expectTokens({
        alice: { passes: true, permissions: ["order:create"] },
        shop: { passes: true, permissions: ["stock:read"] },
        "many audiences": passes,
      }),
    ],
  },
  {
    name: "what is wrong by itself is refused for what it is",
    steps: [
      ...inTouch("3.0"),
      expectTokens({
        "another audience": refused("token_audience"),
        "another issuer": refused("token_issuer"),
        expired: refused("token_expired"),
        "without an end": refused("token_malformed"),
        "an ID token by its typ": refused("token_malformed"),
        "a ticket by its typ": refused("token_malformed"),
        "alg none": refused("token_malformed"),
        "HS256 by the public key": refused("token_malformed"),
        "another payload": refused("token_signature"),
        "another key under a known kid": refused("token_signature"),
        "bound to a key": refused("proof_missing"),
      }),
    ],
  },
  {
    name: "a token ends by the reader's clock, five seconds later at most",
    steps: [
      ...inTouch("3.0"),
      { do: "wait", ms: 604_000 },
      { do: "cut" },
      { do: "open", after: ["3.0"] },
      send("event: ready\ndata: {}\n\n", beat("3.0", 604)),
      expectTokens({ alice: passes }),
      { do: "wait", ms: 1000 },
      send(beat("3.0", 605)),
      expectTokens({ alice: refused("token_expired") }),
    ],
  },
  {
    name: "a new key is fetched when the first token names it",
    steps: [
      ...inTouch("3.0"),
      expectTokens({ alice: passes }),
      { do: "publish", keys: ["one", "two"] },
      { do: "wait", ms: 1000 },
      send(beat("3.0", 1)),
      expectTokens({ carol: passes, alice: passes }),
    ],
  },
  {
    name: "a token of a key that the issuer does not publish is refused",
    steps: [
      ...inTouch("3.0"),
      { do: "wait", ms: 1000 },
      send(beat("3.0", 1)),
      expectTokens({ "an unknown key": refused("token_signature") }),
    ],
  },
  {
    name: "a key that is published no more, and listed as revoked, is revoked and not unknown",
    steps: [
      ...inTouch("3.1", revoke("3.1", { kid: KEYS.two.kid, why: "key_compromised" })),
      expectTokens({ carol: revoked("key_compromised"), alice: passes }),
    ],
  },
];
