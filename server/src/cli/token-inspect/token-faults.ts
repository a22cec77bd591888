import { HufuError } from "../../core/errors/errors.ts";
import { type ParsedAccessToken, parseAccessToken } from "../../token/access-token/verify-access-token.ts";
import { MAX_JWS_LENGTH } from "../../token/jws/compact-jws.ts";
import type { JsonObject } from "../../token/jws/strict-json.ts";
import { isAlgorithm } from "../../token/keys/algorithms.ts";
import { isTestingKid } from "../../token/keys/testing-keys.ts";
import { durationInWords, relativeToNow } from "../output/time-in-words.ts";
import { type DecodedToken, decodeToken } from "./decode-token.ts";

/** An access token as a person may look at it. */
export interface InspectedToken extends DecodedToken {
  /** Present if a verifier would go on to check its signature. */
  readonly parsed: ParsedAccessToken | undefined;
}

const LONGEST_LIFE_S = 86_400 + 60;
const SKEW_S = 60;
/** Epoch seconds stay below this until the year 5138; epoch milliseconds have been above it since 1973. */
const MILLISECONDS_FROM = 1e11;
const EMBEDDED_KEYS = ["jwk", "jku", "x5u", "x5c"];

/** Reads a token and says in plain words all that is wrong with it, without any key. `now` in epoch milliseconds. */
export function inspectAccessToken(token: string, now: number): InspectedToken {
  const decoded = decodeToken(token);
  const faults = [...decoded.faults];
  if (token.length > MAX_JWS_LENGTH)
    faults.push(`It is longer than ${MAX_JWS_LENGTH} characters, the most that is read.`);
  if (decoded.header !== undefined) faults.push(...headerFaults(decoded.header, decoded.isSigned));
  if (decoded.claims !== undefined) faults.push(...timeFaults(decoded.claims, now));

  let parsed: ParsedAccessToken | undefined;
  try {
    parsed = parseAccessToken(token);
  } catch (error) {
    const detail = error instanceof HufuError ? error.detail : undefined;
    const claim = detail === undefined ? undefined : /^claim (.+)$/.exec(detail)?.[1];
    if (claim !== undefined) faults.push(claimFault(claim, decoded.claims ?? {}));
    else if (detail === "payload is not strict JSON" && decoded.claims !== undefined) {
      faults.push(
        "Its payload is JSON that readers could disagree on: a member twice, broken characters, or too deep.",
      );
    } else if (detail === "JWS header is not strict JSON" && decoded.header !== undefined) {
      faults.push("Its header is JSON that readers could disagree on: a member twice, broken characters, or too deep.");
    } else if (faults.length === 0) faults.push(`It is malformed${detail === undefined ? "" : `: ${detail}`}.`);
  }
  return { ...decoded, faults, parsed };
}

function headerFaults(header: JsonObject, isSigned: boolean): string[] {
  const faults: string[] = [];
  const { alg, typ, kid } = header;
  if (typeof alg === "string" && alg.toLowerCase() === "none") {
    faults.push("Its alg is none: nobody signed it, so anybody can write such a token.");
  } else if (typeof alg === "string" && alg.startsWith("HS")) {
    faults.push(
      "Its alg is one of the HS family: anyone who can check it can also make it. Hufu signs with no such alg.",
    );
  } else if (!isAlgorithm(alg)) faults.push("Its alg is missing, or one that Hufu does not sign with.");
  if (!isSigned) faults.push("It has no signature.");
  if (typeof typ !== "string" || !/^(?:application\/)?at\+jwt$/i.test(typ)) {
    faults.push("Its typ is not at+jwt: it is no access token, perhaps an ID token or somebody else's JWT.");
  }
  if (typeof kid !== "string" || kid === "" || kid.length > 128)
    faults.push("Its kid, which names the key, is missing or no text.");
  else if (isTestingKid(kid)) {
    faults.push("It names the key of hufu/testing, whose private half everybody has; no production verifier takes it.");
  }
  const embedded = EMBEDDED_KEYS.filter((name) => name in header);
  if (embedded.length > 0)
    faults.push(`Its header brings its own key (${embedded.join(", ")}); keys come from the issuer.`);
  const critical = ["crit", "b64"].filter((name) => name in header);
  if (critical.length > 0) faults.push(`Its header has ${critical.join(" and ")}, which Hufu does not know.`);
  return faults;
}

function timeFaults({ exp, iat, nbf }: JsonObject, now: number): string[] {
  const faults: string[] = [];
  const at = (seconds: number) => relativeToNow(seconds * 1000, now);
  const nowS = now / 1000;
  if ([exp, iat, nbf].some((time) => typeof time === "number" && time > MILLISECONDS_FROM)) {
    faults.push("Its times look like milliseconds; in a token they are seconds.");
    return faults;
  }
  if (isTime(exp) && Math.floor(nowS) >= exp) faults.push(`It expired ${at(exp)}.`);
  if (isTime(iat) && iat > nowS + SKEW_S)
    faults.push(`It says that it is issued ${at(iat)}: the clocks of issuer and this machine differ.`);
  if (isTime(nbf) && nbf > nowS + SKEW_S) faults.push(`It is not valid yet; it will be ${at(nbf)}.`);
  if (isTime(exp) && isTime(iat) && exp - iat > LONGEST_LIFE_S) {
    faults.push(`It claims to live ${durationInWords((exp - iat) * 1000)}; no access token lives longer than a day.`);
  }
  if (isTime(exp) && isTime(iat) && exp <= iat) faults.push("It ends before it begins.");
  return faults;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function claimFault(claim: string, claims: JsonObject): string {
  return claim in claims
    ? `Its claim ${claim} is not what an access token of Hufu has there.`
    : `Its claim ${claim} is missing.`;
}
