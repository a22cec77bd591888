// Tokens that were never seen before: every strict check and the signature, beside the signature alone.
import { createPublicKey, verify } from "node:crypto";
import { derFromRaw } from "../server/src/token/jws/ecdsa-signature.ts";
import { createVerifier } from "../server/src/verify/create-verifier.ts";
import type { Finding, Measure, Missing } from "./figure.ts";
import { inCircles } from "./in-circles.ts";
import { AUDIENCE, createTokenIssuer, ISSUER, type TokenIssuer } from "./issued-tokens.ts";
import { importNodeRs, jwtPeers } from "./jwt-peers.ts";
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
    const headers = tokens.map((token) => `Bearer ${token}`);
    const inputs = tokens.map((token) => signedParts(token, algorithm === "ES256"));
    const hash = algorithm === "ES256" ? "sha256" : null;

    say(algorithm);
    const [ours, raw, ...peers] = await timeInTurn(
      [
        inCircles("Hufu", headers, (header) => {
          const auth = verifier.check(header);
          if (auth instanceof Promise) throw new Error("with the key at hand a check must not wait");
          return auth.expiresAt;
        }),
        inCircles("crypto.verify alone", inputs, ({ input, signature }) =>
          verify(hash, input, key, signature) ? 1 : Number.NaN,
        ),
        inCircles("crypto.verify and JSON.parse, nothing checked but the signature", headers, (header) =>
          leastOf(header, (input, signature) => verify(hash, input, key, signature), algorithm === "ES256"),
        ),
        ...(await jwtPeers(issuer, algorithm, headers)),
      ],
      { rounds: quick ? 9 : 31, batchMs: quick ? 60 : 120, warmUpMs: quick ? 300 : 1500 },
    );
    if (!ours || !raw) throw new Error("a contender is missing");
    verifier.close();
    for (const peer of [raw, ...peers]) {
      findings.push({
        of: algorithm,
        unit: "checks/s",
        ours: ours.perSecond,
        peer: peer.perSecond,
        peerName: peer.name,
        limit: raw.perSecond,
        ...compareRounds(ours.rounds, peer.rounds),
        bound: peer === raw ? { least: 0.9 } : null,
      });
    }
  }
  return [...findings, ...(await missingPeers())];
};

/** Those that the table would be expected to name. */
async function missingPeers(): Promise<readonly Missing[]> {
  const missing: Missing[] = [
    { of: "EdDSA beside jsonwebtoken", why: "it has no EdDSA" },
    { of: "@xlt-token/core", why: "the package registry that the peers are pinned from does not have it" },
  ];
  if ((await importNodeRs()) === undefined) {
    missing.push({
      of: "@node-rs/jsonwebtoken",
      why: `no binary is pinned for ${process.platform} on ${process.arch}`,
    });
  }
  return missing;
}

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

/** The least that anyone does with a token: takes it apart, decodes it, asks for the signature, parses the payload. */
function leastOf(header: string, isSigned: (input: Buffer, signature: Buffer) => boolean, isEcdsa: boolean): number {
  const token = header.slice("Bearer ".length);
  const { input, signature } = signedParts(token, isEcdsa);
  if (!isSigned(input, signature)) return Number.NaN;
  const payload = token.slice(token.indexOf(".") + 1, token.lastIndexOf("."));
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("latin1"));
  return typeof claims === "object" && claims !== null && "exp" in claims ? Number(claims.exp) : Number.NaN;
}

function signedParts(token: string, isEcdsa: boolean): { readonly input: Buffer; readonly signature: Buffer } {
  const dot = token.lastIndexOf(".");
  const raw = Buffer.from(token.slice(dot + 1), "base64url");
  const signature = isEcdsa ? derFromRaw(raw) : raw;
  if (signature === undefined) throw new Error("not a signature");
  return { input: Buffer.from(token.slice(0, dot), "latin1"), signature };
}
