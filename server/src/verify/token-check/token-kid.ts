import { createGenerationMap } from "../../core/generation-map.ts";

const MOST_HEADERS = 32;
const kids = createGenerationMap<string, string>(MOST_HEADERS);

/** The `kid` in the header of a token that was signed here; all tokens of one key share one header. */
export function tokenKid(token: string): string | undefined {
  const header = token.slice(0, Math.max(0, token.indexOf(".")));
  const known = kids.get(header);
  if (known !== undefined) return known;
  const kid = readKid(header);
  if (kid !== undefined) kids.set(header, kid);
  return kid;
}

function readKid(header: string): string | undefined {
  try {
    const members: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
    if (typeof members !== "object" || members === null || !("kid" in members)) return undefined;
    return typeof members.kid === "string" ? members.kid : undefined;
  } catch {
    return undefined;
  }
}
