import { HufuError } from "../../core/errors/errors.ts";
import type { ShownSecret } from "../../session/clients.ts";

const BASIC = /^basic ([A-Za-z0-9+/]+={0,2})$/i;

/**
 * What HTTP Basic may mean: id and secret form-encoded, as RFC 6749 §2.3.1 has it, and as they are, as most tools send
 * them. A secret with `+` or `%` differs between the two.
 * @throws HufuError `client_secret_wrong` if the header is not Basic
 */
export function readBasic(authorization: string): readonly ShownSecret[] {
  const encoded = BASIC.exec(authorization)?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) throw new HufuError("client_secret_wrong", { detail: "the Authorization header is not Basic" });
  const asItIs = { id: text.slice(0, colon), secret: text.slice(colon + 1) };
  const [id, secret] = [formDecoded(asItIs.id), formDecoded(asItIs.secret)];
  if (id === undefined || secret === undefined) return [asItIs];
  return id === asItIs.id && secret === asItIs.secret ? [asItIs] : [{ id, secret }, asItIs];
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
