import { HufuError } from "../../core/errors/errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a body as text.
 * @throws HufuError `body_too_large`, `parameter_invalid` if they are not UTF-8
 */
export function decodeBody(bytes: Uint8Array, most: number): string {
  if (bytes.byteLength > most) throw new HufuError("body_too_large");
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new HufuError("parameter_invalid", { detail: "the body is not UTF-8", cause });
  }
}
