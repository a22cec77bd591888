import { createHash } from "node:crypto";
import { keptJson, notModified } from "../messages/answers.ts";
import type { Answer, Call } from "../messages/call.ts";

/** Any cache may keep it, for five minutes. */
export const PUBLIC = "public, max-age=300";
/** Only this caller may keep it, and must ask again before every use. */
export const PRIVATE = "private, no-cache";

/** Answers JSON, or that what the caller kept is still true (RFC 9110 §13.1.2). */
export function createKeptByEtag(cacheControl: string): (call: Call, value: object) => Answer {
  let body = "";
  let etag = "";
  return (call, value) => {
    const text = JSON.stringify(value);
    if (text !== body) {
      body = text;
      etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
    }
    const kept = call.header("if-none-match");
    if (kept !== undefined && isAmong(etag, kept)) return notModified(etag, cacheControl);
    return keptJson(body, etag, cacheControl);
  };
}

function isAmong(etag: string, header: string): boolean {
  return header.split(",").some((one) => {
    const tag = one.trim();
    return tag === "*" || tag === etag || tag === `W/${etag}`;
  });
}
