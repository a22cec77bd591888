// The issuer of the vectors: its keys, which are public and must not be used elsewhere, and the tokens of its users.
import { createHmac, createPrivateKey, sign } from "node:crypto";
import { START } from "./steps.ts";

export const ISSUER = "https://api.example.com/auth";
export const AUDIENCE = "https://orders.example.com";

/** `one` signs, `two` is the next one, `three` is not the issuer's. */
export const KEYS = {
  one: {
    kid: "U8nN6iT8TZ7cEhM51j5Wz3OIFKLk2RZyqssbPIE000o",
    kty: "EC",
    crv: "P-256",
    x: "85JhCbKMHrL6y6SeHXofYgTpGOvMILbnLYHUMv_UyBM",
    y: "cN-ncrJhsAyLRYCfG9WmujWAeC_3k5h_z20fmUpfT4I",
    d: "09Uu50EuAXFGtpmzAcSWSdiYsF_epP5NN-C4Iea_EA4",
  },
  two: {
    kid: "drxeq2cvDAploCYSqkV5nK4aq4DSQbYhAzm5vRT6EfU",
    kty: "EC",
    crv: "P-256",
    x: "k-hZI9-KDXFctlhd4XOYzegwEpgIxtkwEeazy_D3FrE",
    y: "s6x21DUGcJgtQJwGNs4AkJsvnKaIus9oe9f1tnkd4gU",
    d: "iZncFdvYa1advz6gAKr6Hyl-OcX4icpq8mP1P07xPkc",
  },
  three: {
    kid: "zZ22ydfysKSO-mKZFletdvobz4QI9HSetvYsoqAsREk",
    kty: "EC",
    crv: "P-256",
    x: "n-Ga5fPqh057vWAYzS4zhMWw-Mpm0O9oRlH6gWsv3ZE",
    y: "VpHLRxEH0QhPomlDgU4AkKFId2GAkTmHLe8R8aKhJj4",
    d: "A0t1fVYVYWUtj9ncB1HghsRcDgs9kwLL0CUIy_so4XI",
  },
} as const;

/** An id of 16 bytes that can be told apart by eye. */
const id = (letter: string): string => `${letter.repeat(21)}A`;
export const SID = { alice: `s_${id("a")}`, bob: `s_${id("b")}`, carol: `s_${id("c")}` } as const;
export const SUB = { alice: `u_${id("a")}`, bob: `u_${id("b")}`, carol: `u_${id("c")}` } as const;
export const JTI = { alice: id("j"), shop: id("k") } as const;

type Json = Readonly<Record<string, unknown>>;

function user(name: keyof typeof SID, changes: Json = {}): Json {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    exp: START + 600,
    iat: START,
    jti: name === "alice" ? JTI.alice : `${name[0]?.repeat(20)}gA`,
    client_id: "wx-shop",
    sub: SUB[name],
    sid: SID[name],
    roles: ["member"],
    permissions: ["order:create"],
    ver: 5,
    pol: 10,
    auth_time: START,
    acr: "platform",
    amr: ["swk"],
    ...changes,
  };
}

/** How a token is made. */
interface Recipe {
  readonly claims: Json;
  readonly header?: Json;
  readonly key?: keyof typeof KEYS;
  /** What is done to the signed token. */
  readonly spoil?: (token: string) => string;
}

const backEnd: Json = {
  iss: ISSUER,
  aud: AUDIENCE,
  exp: START + 600,
  iat: START,
  jti: JTI.shop,
  client_id: "shop",
  sub: "client:shop",
  permissions: ["stock:read"],
  pol: 10,
};

function withPayload(token: string, changes: Json): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const read: Json = JSON.parse(Buffer.from(payload, "base64url").toString());
  return `${header}.${encoded({ ...read, ...changes })}.${signature}`;
}

/** HS256 with the public key's text as the secret: what a verifier accepts that lets the token choose the algorithm. */
function keyedByPublicKey(token: string): string {
  const { d: _, ...publicKey } = KEYS.one;
  const input = `${encoded({ alg: "HS256", typ: "at+jwt", kid: KEYS.one.kid })}.${token.split(".")[1]}`;
  return `${input}.${createHmac("sha256", JSON.stringify(publicKey)).update(input).digest("base64url")}`;
}

/** Every token that the vectors name. Short names are good tokens; the others say what is wrong with them. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  alice: { claims: user("alice") },
  bob: { claims: user("bob", { ver: 7, pol: 12, client_id: "wx-cinema" }) },
  carol: { claims: user("carol"), key: "two" },
  "alice, refreshed": { claims: user("alice", { jti: id("r"), ver: 6, pol: 11 }) },
  "alice, roles only": { claims: user("alice", { jti: id("o"), permissions: undefined, roles: ["admin", "member"] }) },
  shop: { claims: backEnd },
  "many audiences": { claims: user("alice", { aud: ["https://else.example.com", AUDIENCE] }) },
  "another audience": { claims: user("alice", { aud: "https://else.example.com" }) },
  "another issuer": { claims: user("alice", { iss: "https://api.example.com/auth/" }) },
  expired: { claims: user("alice", { iat: START - 660, exp: START - 60 }) },
  "without an end": { claims: user("alice", { exp: undefined }) },
  "an ID token by its typ": { claims: user("alice"), header: { typ: "JWT" } },
  "a ticket by its typ": { claims: user("alice"), header: { typ: "hufu-ticket+jwt" } },
  "alg none": { claims: user("alice"), header: { alg: "none" }, spoil: (token) => token.replace(/[^.]*$/, "") },
  "HS256 by the public key": { claims: user("alice"), spoil: keyedByPublicKey },
  "another payload": {
    claims: user("alice"),
    spoil: (token) => withPayload(token, { sub: SUB.bob, permissions: ["*:*"] }),
  },
  "an unknown key": { claims: user("alice"), key: "three" },
  "another key under a known kid": { claims: user("alice"), key: "three", header: { kid: KEYS.one.kid } },
  "bound to a key": { claims: user("alice", { cnf: { jkt: `${"t".repeat(42)}A` } }) },
};

/** Header and claims → JWS compact. A signature is kept from `known`, if it is of the same text. */
export function tokenOf({ claims, header = {}, key = "one", spoil = (token) => token }: Recipe, known = ""): string {
  const input = `${encoded({ alg: "ES256", typ: "at+jwt", kid: KEYS[key].kid, ...header })}.${encoded(claims)}`;
  const made = (signature: string): string => spoil(`${input}.${signature}`);
  const kept = known.split(".")[2] ?? "";
  // ECDSA takes random numbers; without this every run would change every file.
  if (known !== "" && made(kept) === known) return known;
  const privateKey = createPrivateKey({ key: { ...KEYS[key] }, format: "jwk" });
  return made(sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url"));
}

function encoded(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
