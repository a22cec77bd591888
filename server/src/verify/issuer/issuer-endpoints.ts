import type { Clock } from "../../core/time/clock.ts";
import type { JsonObject } from "../../token/jws/strict-json.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import { type EndpointName, fetchMetadata, readEndpoint } from "../jwks/issuer-metadata.ts";

/** Where an issuer's endpoints are, by its own description. */
export interface IssuerEndpoints {
  /** Rejects with an Error if the issuer does not say, or is not the one that it should be. */
  find(name: EndpointName): Promise<URL>;
}

export interface IssuerEndpointsOptions {
  readonly address: IssuerAddress;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** As long as others may cache the description (docs/protocol.md §1). */
const FRESH_MS = 300_000;

/** Reads the description when it is first needed, and again when it is old; the last good one serves in an outage. */
export function createIssuerEndpoints({ address, fetch, clock, stop }: IssuerEndpointsOptions): IssuerEndpoints {
  let known: JsonObject | undefined;
  let readAt = 0;
  let flight: Promise<JsonObject> | undefined;

  async function read(): Promise<JsonObject> {
    const beganAt = clock.monotonic();
    try {
      const metadata = await fetchMetadata(fetch, address, stop);
      known = metadata;
      readAt = beganAt;
      return metadata;
    } catch (error) {
      if (known === undefined) throw error;
      return known;
    } finally {
      flight = undefined;
    }
  }

  return Object.freeze({
    async find(name: EndpointName): Promise<URL> {
      if (known === undefined || clock.monotonic() - readAt >= FRESH_MS) flight ??= read();
      return readEndpoint((await flight) ?? known ?? {}, name, address);
    },
  });
}
