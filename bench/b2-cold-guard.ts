// Tokens that were never seen before: every strict check and the signature, beside the signature alone.
import { createPublicKey, verify } from "node:crypto";
import { createVerifier as createFastJwt } from "fast-jwt";
import { derFromRaw } from "../server/src/token/ecdsa-signature.ts";
import { createVerifier } from "../server/src/verify/create-verifier.ts";
import type { Finding, Measure } from "./figure.ts";
import { AUDIENCE, createTokenIssuer, ISSUER, type TokenIssuer } from "./issued-tokens.ts";
import { timeInTurn } from "./measure.ts";
import { compareRounds } from "./statistics.ts";

/** More than the verifier keeps, so that going round and round never meets one that it remembers. */
const TOKENS = 20_000;

export const measureB2: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const algorithm of ["ES256", "EdDSA"] as const) {
    say(`${algorithm}: signing ${TOKENS} tokens`);
    const issuer = createTokenIssuer(algorithm);
    const tokens = Array.from({ length: TOKENS }, () => issuer.issue().token);
    const verifier = await verifierOf(issuer);
    const key = createPublicKey({ key: { ...issuer.publicJwk }, format: "jwk" });
    const fastJwt = createFastJwt({
      key: key.export({ type: "spki", format: "pem" }).toString(),
      algorithms: [algorithm],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      cache: false,
    });
    const headers = tokens.map((token) => `Bearer ${token}`);
    const inputs = tokens.map((token) => signedParts(token, algorithm === "ES256"));
    const hash = algorithm === "ES256" ? "sha256" : null;

    say(algorithm);
    const next = (from: { at: number }): number => {
      from.at = (from.at + 1) % TOKENS;
      return from.at;
    };
    const places = [{ at: 0 }, { at: 0 }, { at: 0 }] as const;
    const [ours, raw, peer] = await timeInTurn(
      [
        {
          name: "Hufu",
          run(times) {
            let sum = 0;
            for (let turn = 0; turn < times; turn += 1) {
              const auth = verifier.check(headers[next(places[0])]);
              if (auth instanceof Promise) throw new Error("with the key at hand a check must not wait");
              sum += auth.expiresAt;
            }
            return sum;
          },
        },
        {
          name: "crypto.verify",
          run(times) {
            let good = 0;
            for (let turn = 0; turn < times; turn += 1) {
              const parts = inputs[next(places[1])];
              if (parts !== undefined && verify(hash, parts.input, key, parts.signature)) good += 1;
            }
            return good === times ? good : Number.NaN;
          },
        },
        {
          name: "fast-jwt",
          run(times) {
            let sum = 0;
            for (let turn = 0; turn < times; turn += 1) {
              sum += Number(fastJwt((headers[next(places[2])] ?? "").slice(7))["exp"]);
            }
            return sum;
          },
        },
      ],
      { rounds: quick ? 9 : 31, batchMs: quick ? 60 : 120, warmUpMs: quick ? 300 : 1500 },
    );
    if (!ours || !raw || !peer) throw new Error("a contender is missing");
    verifier.close();
    const beside = compareRounds(peer.rounds, raw.rounds);
    findings.push({
      of: algorithm,
      unit: "checks/s",
      ours: ours.perSecond,
      peer: raw.perSecond,
      peerName: "crypto.verify alone",
      limit: raw.perSecond,
      ...compareRounds(ours.rounds, raw.rounds),
      bound: { least: 0.9 },
      note: `fast-jwt 6.3.6 without cache in the same rounds: ${beside.ratio.toFixed(2)} of crypto.verify`,
    });
  }
  return findings;
};

/** A verifier as a back end elsewhere has one, its keys fetched from an issuer that is only a function. */
export async function verifierOf(issuer: TokenIssuer): Promise<ReturnType<typeof createVerifier>> {
  const answers = new Map<string, object>([
    [`${ISSUER}/.well-known/jwks.json`, { keys: [issuer.publicJwk] }],
    [
      "https://api.example.com/.well-known/oauth-authorization-server/auth",
      { issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` },
    ],
  ]);
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
    fetch: async (url) => {
      const found = answers.get(url instanceof Request ? url.url : String(url));
      return found === undefined ? new Response(null, { status: 404 }) : Response.json(found);
    },
  });
  await verifier.ready();
  return verifier;
}

function signedParts(token: string, isEcdsa: boolean): { readonly input: Buffer; readonly signature: Buffer } {
  const dot = token.lastIndexOf(".");
  const raw = Buffer.from(token.slice(dot + 1), "base64url");
  const signature = isEcdsa ? derFromRaw(raw) : raw;
  if (signature === undefined) throw new Error("not a signature");
  return { input: Buffer.from(token.slice(0, dot), "latin1"), signature };
}
