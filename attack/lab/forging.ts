import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export type Members = Readonly<Record<string, unknown>>;

/** The three parts of a compact JWS, decoded. */
export interface Parts {
  readonly header: Members;
  readonly claims: Members;
  readonly signature: Buffer;
  /** The parts as they were. */
  readonly raw: readonly [string, string, string];
}

export function partsOf(token: string): Parts {
  const [header = "", claims = "", signature = ""] = token.split(".");
  return {
    header: JSON.parse(Buffer.from(header, "base64url").toString()),
    claims: JSON.parse(Buffer.from(claims, "base64url").toString()),
    signature: Buffer.from(signature, "base64url"),
    raw: [header, claims, signature],
  };
}

export function encoded(members: Members | string): string {
  return Buffer.from(typeof members === "string" ? members : JSON.stringify(members)).toString("base64url");
}

/** Other header members or claims under the signature that was. `undefined` removes a member. */
export function altered(token: string, { header = {}, claims = {} }: { header?: Members; claims?: Members }): string {
  const parts = partsOf(token);
  const head = Object.keys(header).length === 0 ? parts.raw[0] : encoded({ ...parts.header, ...header });
  const body = Object.keys(claims).length === 0 ? parts.raw[1] : encoded({ ...parts.claims, ...claims });
  return `${head}.${body}.${parts.raw[2]}`;
}

/** The same claims, signed anew with a key of the attacker. */
export function signedWith(
  token: string,
  key: KeyObject,
  { header = {}, claims = {} }: { header?: Members; claims?: Members } = {},
): string {
  const parts = partsOf(token);
  const input = `${encoded({ ...parts.header, ...header })}.${encoded({ ...parts.claims, ...claims })}`;
  const signature =
    key.asymmetricKeyType === "ec"
      ? sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" })
      : sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", Buffer.from(input), key);
  return `${input}.${signature.toString("base64url")}`;
}

/** The same claims, signed with HMAC under any bytes. */
export function macWith(
  token: string,
  secret: string | Uint8Array,
  { header = {}, claims = {} }: { header?: Members; claims?: Members } = {},
): string {
  const parts = partsOf(token);
  const input = `${encoded({ ...parts.header, alg: "HS256", ...header })}.${encoded({ ...parts.claims, ...claims })}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** A key of the attacker. */
export function attackersKey(kind: "ec" | "rsa" | "ed25519" = "ec"): KeyObject {
  if (kind === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** The public half of a key as JWK. */
export function publicHalf(key: KeyObject): Members {
  const { d: _, ...jwk } = createPrivateKey(key.export({ format: "pem", type: "pkcs8" })).export({ format: "jwk" });
  return { ...jwk };
}
