// A request of a bound session: its token was seen before, its proof never.
import { createPublicKey, randomUUID, verify } from "node:crypto";
import { createMemoryWindows } from "../server/src/core/proof-windows/memory-windows.ts";
import { systemRandom } from "../server/src/core/random.ts";
import { systemClock } from "../server/src/core/time/clock.ts";
import { createProofCheck } from "../server/src/proof/proof-check.ts";
import { createProofClient, type ProofClient } from "../server/src/proof/proof-client.fixture.ts";
import { createProofNonces } from "../server/src/proof/proof-nonces.ts";
import { signAccessToken } from "../server/src/token/access-token/sign-access-token.ts";
import { derFromRaw } from "../server/src/token/jws/ecdsa-signature.ts";
import { jwkThumbprint } from "../server/src/token/keys/jwk-thumbprint.ts";
import { readPublicJwk } from "../server/src/token/keys/public-jwk.ts";
import { importVerificationKey } from "../server/src/token/keys/verification-key.ts";
import { createSecrets } from "../server/src/token/sealing/secrets.ts";
import { createLocalVerifier } from "../server/src/verify/local-verifier.ts";
import { createRevocationList } from "../server/src/verify/revocation-list/revocation-list.ts";
import type { Finding, Measure } from "./figure.ts";
import { AUDIENCE, createTokenIssuer, ISSUER } from "./issued-tokens.ts";
import { timeInTurn } from "./measure.ts";
import { compareRounds } from "./statistics.ts";

const PUBLIC_URL = "https://api.example.com";
const TARGET = "/orders";
/** Signed at once, untimed: between two batches that would leave a heap for the next one to clear. */
const SUPPLY = 30_000;
const BATCH_MOST = 1000;

export const measureProof: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const algorithm of ["ES256", "Ed25519"] as const) {
    say(algorithm);
    const client = createProofClient(algorithm);
    const { header, check, signed, nonce } = await boundSession(client);
    const freshProof = (): string =>
      client.proof({ method: "GET", uri: PUBLIC_URL + TARGET, nonce, accessToken: header.slice("DPoP ".length) });
    const supply: string[] = [];
    let proofs: readonly string[] = [];
    const twice = [signed, signedBy(client, freshProof())];
    const [ours, raw] = await timeInTurn(
      [
        {
          name: "Hufu",
          prepare(times) {
            if (supply.length < times) supply.push(...Array.from({ length: SUPPLY }, freshProof));
            proofs = supply.splice(-times);
          },
          async run(times) {
            let sum = 0;
            for (let turn = 0; turn < times; turn += 1) sum += await check(proofs[turn]);
            return sum;
          },
        },
        {
          name: "two crypto.verify",
          run(times) {
            let sum = 0;
            for (let turn = 0; turn < times; turn += 1) {
              for (const { hash, input, key, signature } of twice)
                sum += verify(hash, input, key, signature) ? 1 : Number.NaN;
            }
            return sum;
          },
        },
      ],
      { rounds: quick ? 9 : 31, batchMs: quick ? 60 : 100, warmUpMs: quick ? 300 : 1000, most: BATCH_MOST },
    );
    if (!ours || !raw) throw new Error("a contender is missing");
    findings.push({
      of: `${algorithm} proofs, ES256 tokens`,
      unit: "checks/s",
      ours: ours.perSecond,
      peer: raw.perSecond,
      peerName: "crypto.verify of the token and of the proof",
      limit: raw.perSecond,
      ...compareRounds(ours.rounds, raw.rounds),
      bound: { least: 0.8 },
      note: "used proofs in the process's memory; a shared store adds its round trip",
    });
  }
  return findings;
};

interface Signed {
  readonly hash: string | null;
  readonly input: Buffer;
  readonly key: ReturnType<typeof createPublicKey>;
  readonly signature: Buffer;
}

async function boundSession(client: ProofClient) {
  const issuer = createTokenIssuer("ES256");
  const { claims } = issuer.issue();
  const windows = createMemoryWindows({
    clock: systemClock,
    random: systemRandom,
    marksMost: Number.POSITIVE_INFINITY,
  });
  const keys = createSecrets([randomUUID() + randomUUID()]).all.map(({ nonce }) => nonce);
  const nonces = createProofNonces({ purpose: "guard", keys, windows, clock: systemClock });
  const key = importVerificationKey(issuer.publicJwk);
  const verifier = createLocalVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { find: (kid) => (kid === key.kid ? key : undefined), seek: async () => undefined },
    revocations: createRevocationList({ clock: systemClock }),
    permissionsOf: () => [],
    guardProofs: { proofs: createProofCheck({ nonces, windows, clock: systemClock }), publicUrl: PUBLIC_URL },
  });
  const token = signAccessToken(issuer.key, {
    ...claims,
    cnf: { jkt: jwkThumbprint(readPublicJwk(client.jwk, client.jwk["kty"] === "EC" ? "ES256" : "EdDSA")) },
  });
  const header = `DPoP ${token}`;
  return {
    header,
    nonce: await nonces.issue(),
    signed: partsOf(token, "sha256", createPublicKey({ key: { ...issuer.publicJwk }, format: "jwk" })),
    check: async (proof: string | undefined): Promise<number> =>
      (await verifier.check(header, () => ({ method: "GET", target: TARGET, proof }))).expiresAt,
  };
}

function signedBy(client: ProofClient, proof: string): Signed {
  const hash = client.jwk["kty"] === "EC" ? "sha256" : null;
  return partsOf(proof, hash, createPublicKey(client.key));
}

function partsOf(text: string, hash: string | null, key: Signed["key"]): Signed {
  const dot = text.lastIndexOf(".");
  const raw = Buffer.from(text.slice(dot + 1), "base64url");
  const signature = hash === null ? raw : derFromRaw(raw);
  if (signature === undefined) throw new Error("a signature of ours is no signature");
  return { hash, input: Buffer.from(text.slice(0, dot)), key, signature };
}
