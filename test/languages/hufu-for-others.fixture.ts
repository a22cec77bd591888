import { createHmac, createPublicKey, hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../server/src/core/random.ts";
import { openStoreAsItIs } from "../../server/src/hufu/database/maintenance.ts";
import { openStoredKey } from "../../server/src/session/signing-keys/open-stored-key.ts";
import type { SigningKey } from "../../server/src/token/keys/signing-key.ts";
import { createSealedBox } from "../../server/src/token/sealing/sealed-box.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import { forged, type ServedHufu, serveHufu, signInAs, tampered } from "../stack/served.fixture.ts";

/** A running Hufu, and tokens for the verifiers of others. */
export interface HufuForOthers extends ServedHufu {
  readonly audience: string;
  /** A token of a user who has just signed in. */
  signIn(user: string): Promise<string>;
  /** Ends the session of this token. */
  kick(token: string): Promise<void>;
  /**
   * Tokens that must be refused, by what is wrong with them. Where the signature is right, it is by Hufu's own key, so that
   * nothing but the named fault can refuse it.
   */
  badTokens(token: string): Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/** Starts it, with one key and an audience that is not the issuer. */
export async function serveHufuForOthers(): Promise<HufuForOthers> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-for-others-"));
  const database = `sqlite:${join(folder, "hufu.db")}`;
  const secret = hash("sha256", "a deployment that others verify", "base64");
  const audience = "https://orders.example.com";
  const served = await serveHufu({ database, secret, audience });
  const key = await openKey(database, secret);
  return {
    ...served,
    audience,
    signIn: async (user) => (await signInAs(served, user)).access_token,
    kick: async (token) => {
      await served.hufu.sessions.kick(String(part(token, 1)["sid"]));
    },
    badTokens: (token) => badTokens(token, key),
    async close() {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openKey(database: string, secret: string): Promise<SigningKey> {
  const store = await openStoreAsItIs(database, 86_400_000);
  const { keys } = await store.keys.list();
  await store.close();
  const [stored] = keys;
  const key = stored && openStoredKey(createSealedBox(createSecrets([secret]), systemRandom), stored);
  if (key === undefined || typeof key === "string") throw new Error("this Hufu has no signing key");
  return key;
}

function badTokens(token: string, key: SigningKey): Readonly<Record<string, string>> {
  const [head = "", body = ""] = token.split(".");
  const header = part(token, 0);
  const claims = part(token, 1);
  const now = Math.floor(Date.now() / 1000);
  const signed = (changes: Json, headChanges: Json = {}): string => {
    const input = `${encoded({ ...header, ...headChanges })}.${encoded({ ...claims, ...changes })}`;
    return `${input}.${key.sign(input).toString("base64url")}`;
  };
  const pem = createPublicKey({ key: { ...key.publicJwk }, format: "jwk" }).export({ type: "spki", format: "pem" });
  const symmetric = `${encoded({ ...header, alg: "HS256" })}.${body}`;
  return {
    "a changed signature": tampered(token),
    "a changed claim": forged(token, { permissions: ["*:*"] }),
    "no signature": `${head}.${body}.`,
    "alg none": `${encoded({ ...header, alg: "none" })}.${body}.`,
    "HS256 with the public key as secret": `${symmetric}.${createHmac("sha256", pem).update(symmetric).digest("base64url")}`,
    "an expired token": signed({ iat: now - 700, exp: now - 100 }),
    "another audience": signed({ aud: "https://else.example.com" }),
    "another issuer": signed({ iss: "https://else.example.com/auth" }),
    "another typ": signed({}, { typ: "JWT" }),
    "a ticket": signed({ aud: claims["iss"] }, { typ: "hufu-ticket+jwt" }),
    "bound to a key, without its proof": signed({ cnf: { jkt: `${"t".repeat(42)}A` } }),
    "no token": "a.b.c",
  };
}

function part(token: string, at: number): Json {
  return JSON.parse(Buffer.from(token.split(".")[at] ?? "", "base64url").toString());
}

function encoded(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
