import { hash } from "@stablelib/sha256";
import type { PlatformCall } from "../runtime/runtime.ts";
import { toBase64, toUtf8 } from "./bytes.ts";

/** A call's data as it is sent, and the digest of its bytes. */
export interface DigestedBody {
  readonly data: unknown;
  /** RFC 9530 `Content-Digest`; `undefined` where the platform alone knows the bytes. */
  readonly digest: string | undefined;
}

const IN_ADDRESS = /^(GET|HEAD|OPTIONS)$/;

/**
 * Serialises the data of a `wx.request` as the platform would, once, so that what is digested is what is sent.
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/network/request/wx.request.html
 */
export function digestBody({ method = "GET", data, header }: PlatformCall): DigestedBody {
  // Such data becomes a part of the address, which the proof names without it.
  if (IN_ADDRESS.test(method)) return { data, digest: undefined };
  const sent = serialised(data, header);
  if (typeof sent === "string")
    return { data: data === undefined || data === null ? data : sent, digest: digestOf(toUtf8(sent)) };
  return { data, digest: isBuffer(data) ? digestOf(new Uint8Array(data)) : undefined };
}

function serialised(data: unknown, header: PlatformCall["header"]): string | undefined {
  if (data === undefined || data === null) return "";
  if (typeof data === "string") return data;
  if (typeof data !== "object" || isBuffer(data) || ArrayBuffer.isView(data)) return undefined;
  const name = Object.keys(header).filter((each) => each.toLowerCase() === "content-type")[0];
  const type = String(name === undefined ? "application/json" : header[name]).toLowerCase();
  if (type.indexOf("application/json") === 0) return JSON.stringify(data);
  if (type.indexOf("application/x-www-form-urlencoded") === 0) return formOf(data as Record<string, unknown>);
  return undefined;
}

function formOf(data: Readonly<Record<string, unknown>>): string {
  return Object.keys(data)
    .map((name) => {
      const value = data[name];
      const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    })
    .join("&");
}

function digestOf(bytes: Uint8Array): string {
  return `sha-256=:${toBase64(hash(bytes))}:`;
}

/** A buffer of a phone's other context is no instance of this one's class. */
function isBuffer(data: unknown): data is ArrayBuffer {
  return Object.prototype.toString.call(data) === "[object ArrayBuffer]";
}
