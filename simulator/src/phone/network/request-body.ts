import { isArrayBuffer } from "../wx/bytes.ts";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const IN_ADDRESS = ["GET", "HEAD", "OPTIONS"];

/** Address and body of a request, after the platform's conversions of `data`. */
export interface Converted {
  readonly url: string;
  readonly body: Buffer | undefined;
}

/**
 * What the platform makes of `data`: a query for GET and HEAD, JSON by default, a form where the content type says so;
 * texts and buffers go as they are.
 */
export function convertData(url: string, method: string, data: unknown, contentType: string): Converted {
  if (data === undefined || data === null) return { url, body: undefined };
  if (IN_ADDRESS.includes(method)) {
    const query = typeof data === "string" ? data : formOf(data);
    return { url: query === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${query}`, body: undefined };
  }
  if (typeof data === "string") return { url, body: Buffer.from(data, "utf8") };
  if (isArrayBuffer(data)) return { url, body: Buffer.from(new Uint8Array(data)) };
  const type = contentType.toLowerCase();
  if (type.startsWith(FORM_TYPE)) return { url, body: Buffer.from(formOf(data), "utf8") };
  if (type.startsWith(JSON_TYPE)) return { url, body: Buffer.from(JSON.stringify(data), "utf8") };
  return { url, body: Buffer.from(String(data), "utf8") };
}

function formOf(data: unknown): string {
  return Object.entries(data as object)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(textOf(value))}`)
    .join("&");
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
