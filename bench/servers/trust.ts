import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { Hufu } from "hufu";

/** What who checks Hufu's tokens elsewhere has to know of it. */
interface Trust {
  readonly issuer: string;
  readonly audience: string;
  readonly key: KeyObject;
}

/** As a server with Hufu in it tells it. */
export function trustIn({ issuer, audience, protocol }: Hufu): object {
  return { issuer, audience, jwk: protocol.jwks().keys[0] };
}

/** As a peer asks the server of this port for it, under `/trust`. */
export async function askForTrust(port: string | undefined): Promise<Trust> {
  const answer = await fetch(`http://127.0.0.1:${port}/trust`);
  const { jwk, ...names }: Omit<Trust, "key"> & { readonly jwk: JsonWebKey } = JSON.parse(await answer.text());
  return { ...names, key: createPublicKey({ key: jwk, format: "jwk" }) };
}
