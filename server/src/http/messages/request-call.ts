import { HufuError } from "../../core/errors/errors.ts";
import { readBounded } from "../../core/read-bounded.ts";
import { queryOf, splitCredentials } from "../authentication/credentials-in-request.ts";
import type { Call } from "./call.ts";
import { decodeBody } from "./decode-body.ts";

/**
 * A request of the Fetch standard.
 * @param peer the address at the other end of the connection, where the runtime tells it
 */
export function requestCall(request: Request, peer?: string): Call {
  const { url, headers } = request;
  const authorization = headers.get("authorization");
  return {
    method: request.method,
    path: pathOf(url),
    query: queryOf(url.split("#", 1)[0] ?? ""),
    peer,
    authorization: authorization === null ? [] : splitCredentials(authorization),
    header: (name: string) => headers.get(name) ?? undefined,
    readBody: async (most: number) => decodeBody(await requestBytes(request, most), most),
  };
}

/** Path and query of an absolute URL, as a proof names them. */
export function targetOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}

/** The path of an absolute URL, percent-encoding kept. */
export function pathOf(url: string): string {
  const from = url.indexOf("/", url.indexOf("://") + 3);
  if (from === -1) return "/";
  const to = url.slice(from).search(/[?#]/);
  return to === -1 ? url.slice(from) : url.slice(from, from + to);
}

/**
 * The bytes of a body, at most `most`.
 * @throws HufuError `body_too_large`, `parameter_invalid` if it breaks off
 */
export async function requestBytes(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw new HufuError("body_too_large");
  if (request.bodyUsed) throw new TypeError("something has read the body of this request before Hufu");
  const bytes = await readBounded(request.body, most).catch(breaksOff);
  if (bytes === undefined) throw new HufuError("body_too_large");
  return bytes;
}

function breaksOff(cause: unknown): never {
  throw new HufuError("parameter_invalid", { detail: "the body broke off", cause });
}
