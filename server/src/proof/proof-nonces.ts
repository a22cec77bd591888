import { createHmac, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { fromBase64url } from "../core/base64url.ts";
import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";
import type { Clock } from "../core/time/clock.ts";
import { askWindows } from "./ask-windows.ts";

/** A nonce is good for two to three minutes. */
const STEP_MS = 60_000;
const STEPS_GOOD = 2;
/** A window outlives the last nonce that names it, on a clock that is a minute off. */
export const WINDOW_TTL_MS: number = (STEPS_GOOD + 3) * STEP_MS;
const STEP_BYTES = 6;
const TAG_BYTES = 8;
const MAC_BYTES = 16;
const NONCE_BYTES = STEP_BYTES + TAG_BYTES + MAC_BYTES;
/** All clients have the same nonces within a minute, so a few are all that are asked about. */
const READ_MOST = 16;

/** The window that a nonce belongs to. */
export interface NonceWindow {
  readonly name: string;
  readonly epoch: string;
  /** The nonce is from an older step: a newer one should go with the answer. */
  readonly ageing: boolean;
}

interface NonceBody {
  readonly step: number;
  /** Of the window's epoch. */
  readonly tag: Uint8Array;
}

/** Nonces that need no memory: an HMAC over the time and the window's epoch. */
export interface ProofNonces {
  /** A nonce of now. Asks the store once a minute, for the window's epoch. */
  issue(): Promise<string>;
  /** Which window this nonce is of; `undefined` if it is not ours, too old, or from before the store lost its content. */
  read(nonce: string): Promise<NonceWindow | undefined>;
  /** The store says that this window is lost: its epoch is asked for anew. */
  forget(name: string): void;
}

/**
 * @param options.purpose keeps the nonces of the token endpoint, of guards and of request MACs apart
 * @param options.keys the first makes nonces, all of them read: other nodes may have a newer secret
 * @see RFC 9449 §8 and §9
 */
export function createProofNonces(options: {
  readonly purpose: "token" | "guard" | "mac";
  readonly keys: readonly KeyObject[];
  readonly windows: ProofWindows;
  readonly clock: Pick<Clock, "now">;
}): ProofNonces {
  const { purpose, windows, clock } = options;
  const [newest] = options.keys;
  if (newest === undefined) throw new TypeError("proof nonces: at least one key is needed");
  /** Epochs of the last steps, by the window's name. */
  const epochs = new Map<string, Promise<string>>();
  /** What nonces with a valid MAC say. Only we can make such a nonce, so a client cannot fill this map. */
  const readBefore = new Map<string, NonceBody>();

  const stepNow = (): number => Math.floor(clock.now() / STEP_MS);
  const nameOf = (step: number): string => `proofs:${purpose}:${step}`;

  function epochOf(step: number): Promise<string> {
    const name = nameOf(step);
    const known = epochs.get(name);
    if (known !== undefined) return known;
    const asked = askWindows(windows.openWindow(name, WINDOW_TTL_MS));
    epochs.set(name, asked);
    // A failure is not kept: the next request asks again.
    asked.catch(() => epochs.delete(name));
    const oldest = stepNow() - STEPS_GOOD - 1;
    for (const other of epochs.keys())
      if (Number(other.slice(other.lastIndexOf(":") + 1)) < oldest) epochs.delete(other);
    return asked;
  }

  function macOf(key: KeyObject, body: Uint8Array): Buffer {
    return createHmac("sha256", key)
      .update(`hufu proof nonce ${purpose}\n`)
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES);
  }

  /** What a nonce of ours says; `undefined` if it is not ours. */
  function bodyOf(nonce: string): NonceBody | undefined {
    const known = readBefore.get(nonce);
    if (known !== undefined) return known;
    const bytes = nonce.length > 2 * NONCE_BYTES ? undefined : fromBase64url(nonce);
    if (bytes?.length !== NONCE_BYTES) return undefined;
    const body = bytes.subarray(0, STEP_BYTES + TAG_BYTES);
    const mac = bytes.subarray(STEP_BYTES + TAG_BYTES);
    if (!options.keys.some((key) => timingSafeEqual(macOf(key, body), mac))) return undefined;
    const said = { step: body.readUIntBE(0, STEP_BYTES), tag: body.subarray(STEP_BYTES) };
    if (readBefore.size >= READ_MOST) readBefore.clear();
    readBefore.set(bytes.toString("base64url"), said);
    return said;
  }

  return Object.freeze({
    async issue(): Promise<string> {
      const step = stepNow();
      const body = Buffer.alloc(STEP_BYTES + TAG_BYTES);
      body.writeUIntBE(step, 0, STEP_BYTES);
      tagOf(await epochOf(step)).copy(body, STEP_BYTES);
      return Buffer.concat([body, macOf(newest, body)]).toString("base64url");
    },
    async read(nonce: string): Promise<NonceWindow | undefined> {
      const said = bodyOf(nonce);
      if (said === undefined) return undefined;
      const { step, tag } = said;
      const age = stepNow() - step;
      // A step ahead is another node whose clock is a little ahead.
      if (age > STEPS_GOOD || age < -1) return undefined;
      const epoch = await epochOf(step);
      if (!tagOf(epoch).equals(tag)) return undefined;
      return { name: nameOf(step), epoch, ageing: age > 0 };
    },
    forget: (name: string) => void epochs.delete(name),
  });
}

function tagOf(epoch: string): Buffer {
  return hash("sha256", epoch, "buffer").subarray(0, TAG_BYTES);
}
