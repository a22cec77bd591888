// What other libraries check a token with that they never saw before, each as its own documentation recommends for speed.
import { createPublicKey } from "node:crypto";
import { createVerifier } from "fast-jwt";
import { importJWK, jwtVerify } from "jose";
import jsonwebtoken, { type JwtPayload, type VerifyOptions } from "jsonwebtoken";
import type { Algorithm } from "../server/src/token/keys/algorithms.ts";
import { inCircles, inCirclesWaiting } from "./in-circles.ts";
import { AUDIENCE, ISSUER, type TokenIssuer } from "./issued-tokens.ts";
import type { Contender } from "./measure.ts";
import { pinnedPeers } from "./peers.ts";

const SCHEME = "Bearer ".length;

/**
 * One contender for each library that knows the algorithm. Keys and options are made once; the algorithm is pinned, issuer
 * and audience are checked. What a library refuses, it throws; `exp` shows that it read the claims.
 */
export async function jwtPeers(
  { publicJwk }: TokenIssuer,
  algorithm: Algorithm,
  headers: readonly string[],
): Promise<readonly Contender[]> {
  const versions = pinnedPeers();
  const key = createPublicKey({ key: { ...publicJwk }, format: "jwk" });
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const algorithms = [algorithm];

  const fastJwt = createVerifier({ key: pem, algorithms, allowedIss: ISSUER, allowedAud: AUDIENCE, cache: false });
  const contenders = [
    inCircles(`fast-jwt ${versions["fast-jwt"]}, no cache`, headers, (header) =>
      Number(fastJwt(header.slice(SCHEME))["exp"]),
    ),
  ];

  if (algorithm === "ES256") {
    const { verify } = jsonwebtoken;
    const options: VerifyOptions = { algorithms: ["ES256"], issuer: ISSUER, audience: AUDIENCE };
    contenders.push(
      inCircles(`jsonwebtoken ${versions["jsonwebtoken"]}, a KeyObject`, headers, (header) =>
        expiryOf(verify(header.slice(SCHEME), key, options)),
      ),
    );
  }

  const nodeRs = await importNodeRs();
  if (nodeRs !== undefined) {
    const validation = { algorithms, iss: [ISSUER], aud: [AUDIENCE] };
    contenders.push(
      // PEM is the only form of a key that it takes.
      inCircles(`@node-rs/jsonwebtoken ${versions["@node-rs/jsonwebtoken"]}, verifySync`, headers, (header) =>
        Number(nodeRs.verifySync(header.slice(SCHEME), pem, validation)["exp"]),
      ),
    );
  }

  const imported = await importJWK({ ...publicJwk }, algorithm);
  contenders.push(
    inCirclesWaiting(`jose ${versions["jose"]}, a CryptoKey, each awaited`, headers, async (header) => {
      const { payload } = await jwtVerify(header.slice(SCHEME), imported, {
        algorithms,
        issuer: ISSUER,
        audience: AUDIENCE,
      });
      return Number(payload.exp);
    }),
  );
  return contenders;
}

/** `undefined` where it has no binary: the lock file names those for Linux on x64 only. */
export async function importNodeRs(): Promise<typeof import("@node-rs/jsonwebtoken") | undefined> {
  try {
    return await import("@node-rs/jsonwebtoken");
  } catch {
    return undefined;
  }
}

function expiryOf(claims: JwtPayload | string): number {
  return typeof claims === "string" ? Number.NaN : Number(claims.exp);
}
