import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { fromBase64url, toBase64url } from "../core/base64url.ts";
import { type SessionId, sessionIdFromBytes, sessionIdToBytes } from "../core/ids.ts";
import { lengthPrefixed } from "../core/length-prefixed.ts";
import type { SecretKeys, Secrets } from "./sealing/secrets.ts";

/** A refresh token that is genuine: we made it, whether or not it still counts. Printing it shows no secret. */
export interface RefreshToken {
  /** What the client holds. Not enumerable. */
  readonly text: string;
  /** base64url SHA-256 of the text: what the session's row keeps. */
  readonly hash: string;
  /** Id of the secret that it was made with. */
  readonly keyId: string;
  readonly sessionId: SessionId;
  /** 0 at sign-in; a child has one more than its parent. */
  readonly generation: number;
  /** {@link parentTagOf} of the parent's hash; empty for the first token of a session. */
  readonly parentTag: string;
  /** {@link attemptTag} of the attempt that it was made for; empty if the client sent none, and for the first token. */
  readonly attemptTag: string;
}

/** Makes and recognises refresh tokens. Both depend on the secrets alone, so every node gives the same answers. */
export interface RefreshTokens {
  /**
   * The first token of a session. The same code and attempt give the same token again.
   * @throws TypeError if `keyId` names no listed secret
   */
  first(facts: {
    readonly keyId: string;
    readonly sessionId: SessionId;
    readonly code: string;
    readonly attempt: string;
  }): RefreshToken;
  /**
   * The text of a token's child for one attempt: always the same one. `keyId` is the session row's, not the parent's, so
   * that chains move to a new secret and repeats still agree. `tag` is the attempt's {@link attemptTag}; empty if the
   * client sent no attempt.
   * @throws TypeError if `keyId` names no listed secret
   */
  child(facts: {
    readonly keyId: string;
    readonly parent: RefreshToken;
    readonly attempt: string;
    readonly tag: string;
  }): string;
  /** A genuine token, or `undefined` for everything else, without asking any store. */
  parse(text: string): RefreshToken | undefined;
}

const PREFIX = "hr1.";
const MAC_LABEL = "hr1";
const MAC_BYTES = 16;
const TAG_BYTES = 8;
/** Of base64url, enough for a tag's bytes. */
const TAG_CHARACTERS = 11;
const NO_TAG = Buffer.alloc(TAG_BYTES);
const NO_TAG_TEXT = toBase64url(NO_TAG);

/** Where each part begins. */
const SESSION_AT = 4;
const GENERATION_AT = 20;
const PARENT_AT = 24;
const ATTEMPT_AT = 32;
const SECRET_AT = 40;
const MAC_AT = 72;
const TOKEN_BYTES = MAC_AT + MAC_BYTES;
const TEXT_LENGTH = PREFIX.length + Math.ceil((TOKEN_BYTES * 4) / 3);

/** A class for its private members, which no log meets; a list of secrets beside plain objects costs much more. */
class GenuineToken implements RefreshToken {
  readonly #text: string;
  readonly #secret: Buffer;
  readonly hash: string;
  readonly keyId: string;
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly parentTag: string;
  readonly attemptTag: string;

  constructor(text: string, keyId: string, bytes: Buffer) {
    this.#text = text;
    this.#secret = bytes.subarray(SECRET_AT, MAC_AT);
    this.hash = hash("sha256", text, "base64url");
    this.keyId = keyId;
    this.sessionId = sessionIdFromBytes(bytes.subarray(SESSION_AT, GENERATION_AT));
    this.generation = bytes.readUInt32BE(GENERATION_AT);
    this.parentTag = tagText(bytes, PARENT_AT);
    this.attemptTag = tagText(bytes, ATTEMPT_AT);
    Object.freeze(this);
  }

  get text(): string {
    return this.#text;
  }

  /** @throws TypeError if the token was neither parsed nor made here */
  static secretOf(token: RefreshToken): Buffer {
    if (token instanceof GenuineToken) return token.#secret;
    throw new TypeError("the parent was not parsed or made here");
  }
}

/** How a child names its parent: the first 8 bytes of the parent's hash. */
export function parentTagOf(tokenHash: string): string {
  return toBase64url(parentTagBytes(tokenHash));
}

function parentTagBytes(tokenHash: string): Buffer {
  return Buffer.from(tokenHash.slice(0, TAG_CHARACTERS), "base64url").subarray(0, TAG_BYTES);
}

/** How a row names an attempt without keeping it. Never empty, never zero. */
export function attemptTag(sessionId: SessionId, attempt: string): string {
  const tag = hash("sha256", lengthPrefixed("attempt", sessionId, attempt), "buffer").subarray(0, TAG_BYTES);
  // Zero means "made up by the server".
  if (tag.equals(NO_TAG)) tag[TAG_BYTES - 1] = 1;
  return toBase64url(tag);
}

/** @see docs/design.md §5 */
export function createRefreshTokens(secrets: Secrets): RefreshTokens {
  function keysOf(keyId: string): SecretKeys {
    const keys = secrets.find(keyId);
    if (keys === undefined) throw new TypeError(`no listed secret has the id ${keyId}`);
    return keys;
  }

  return Object.freeze({
    first({ keyId, sessionId, code, attempt }: Parameters<RefreshTokens["first"]>[0]): RefreshToken {
      const keys = keysOf(keyId);
      const session = sessionIdToBytes(sessionId);
      const secret = derive(keys, lengthPrefixed("first", session, uint32(0), code, attempt));
      const bytes = build(keys, [session, uint32(0), NO_TAG, NO_TAG, secret]);
      return new GenuineToken(textOf(bytes), keys.id, bytes);
    },

    child({ keyId, parent, attempt, tag }: Parameters<RefreshTokens["child"]>[0]): string {
      const keys = keysOf(keyId);
      const parentSecret = GenuineToken.secretOf(parent);
      const session = sessionIdToBytes(parent.sessionId);
      const generation = uint32(parent.generation + 1);
      const secret = derive(keys, lengthPrefixed("child", session, generation, parentSecret, attempt));
      const ofParent = parentTagBytes(parent.hash);
      const ofAttempt = tag === "" ? NO_TAG : Buffer.from(tag, "base64url");
      return textOf(build(keys, [session, generation, ofParent, ofAttempt, secret]));
    },

    parse(text: string): RefreshToken | undefined {
      if (text.length !== TEXT_LENGTH || !text.startsWith(PREFIX)) return undefined;
      const bytes = fromBase64url(text.slice(PREFIX.length));
      if (bytes === undefined) return undefined;
      const keys = secrets.find(toBase64url(bytes.subarray(0, SESSION_AT)));
      if (keys === undefined) return undefined;
      const genuine = timingSafeEqual(macOf(keys, bytes.subarray(0, MAC_AT)), bytes.subarray(MAC_AT));
      return genuine ? new GenuineToken(text, keys.id, bytes) : undefined;
    },
  });
}

function derive(keys: SecretKeys, from: Buffer): Buffer {
  return createHmac("sha256", keys.derive).update(from).digest();
}

function macOf(keys: SecretKeys, body: Buffer): Buffer {
  return createHmac("sha256", keys.mac).update(MAC_LABEL).update(body).digest().subarray(0, MAC_BYTES);
}

/** @param parts 68 bytes together */
function build(keys: SecretKeys, parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(TOKEN_BYTES);
  let at = bytes.write(keys.id, "base64url");
  for (const part of parts) at += part.copy(bytes, at);
  bytes.set(macOf(keys, bytes.subarray(0, MAC_AT)), MAC_AT);
  return bytes;
}

function textOf(bytes: Buffer): string {
  return PREFIX + toBase64url(bytes);
}

function tagText(bytes: Buffer, at: number): string {
  const text = bytes.toString("base64url", at, at + TAG_BYTES);
  return text === NO_TAG_TEXT ? "" : text;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
