import { createDecipheriv } from "node:crypto";
import { HufuError } from "../../core/errors/errors.ts";

export interface EncryptedDataOptions {
  /** The newest session_key of the user who sent the data. */
  readonly sessionKey: string;
  readonly encryptedData: string;
  readonly iv: string;
  /** The app that the data must have been made for. */
  readonly appId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** How old the data may be, in milliseconds. Default is 300000 (5 minutes). */
  readonly maxAgeMs?: number | undefined;
}

const BLOCK = 16;
const LONGEST = 64 * 1024;
const FUTURE_MS = 60_000;

/**
 * Opens `encryptedData` of WeChat's client calls, and believes it only if its watermark names this app and a recent time.
 * Nothing in it proves integrity (AES-128-CBC without a MAC): take it as a hint, not as a right.
 *
 * @throws HufuError `parameter_invalid` for every mistake alike, so that the answer is no padding oracle; `detail` is for the log
 * @see https://developers.weixin.qq.com/minigame/dev/guide/open-ability/signature.html
 */
export function decryptEncryptedData(options: EncryptedDataOptions): Readonly<Record<string, unknown>> {
  const { appId, now, maxAgeMs = 300_000 } = options;
  const data = decrypt(options);
  const watermark = data["watermark"];
  const { appid, timestamp } = isFields(watermark) ? watermark : {};
  if (appid !== appId) throw invalid("the watermark names another appid");
  const at = typeof timestamp === "number" ? timestamp * 1000 : Number.NaN;
  if (!(at >= now - maxAgeMs)) throw invalid("the watermark is too old");
  if (!(at <= now + FUTURE_MS)) throw invalid("the watermark lies in the future");
  return data;
}

function decrypt({ sessionKey, encryptedData, iv }: EncryptedDataOptions): Readonly<Record<string, unknown>> {
  const key = toBytes(sessionKey, "session_key");
  const vector = toBytes(iv, "iv");
  const ciphertext = toBytes(encryptedData, "encryptedData");
  if (key.length !== BLOCK) throw invalid("session_key: not 16 bytes");
  if (vector.length !== BLOCK) throw invalid("iv: not 16 bytes");
  if (ciphertext.length === 0 || ciphertext.length % BLOCK !== 0) throw invalid("encryptedData: not whole blocks");
  try {
    const decipher = createDecipheriv("aes-128-cbc", key, vector);
    const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    const data: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
    if (isFields(data)) return data;
  } catch {
    // Wrong padding and wrong contents end alike: usually the session_key is no longer the one that was used.
  }
  throw invalid("cannot be opened with this session_key");
}

function toBytes(text: string, name: string): Buffer {
  if (text.includes(" ")) {
    throw invalid(`${name}: holds spaces; send it as JSON or encode it, a form turns "+" into a space`);
  }
  const isBase64 = text.length <= LONGEST && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  if (!isBase64) throw invalid(`${name}: not base64, or too long`);
  return Buffer.from(text, "base64");
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(detail: string): HufuError {
  return new HufuError("parameter_invalid", { detail: `encrypted data: ${detail}` });
}
