import type { Clock } from "../../core/time/clock.ts";
import { parseAccessToken } from "../../token/access-token/verify-access-token.ts";
import { fetchAnswer, fetchFault } from "../jwks/fetch-json.ts";
import { basicAuthorization, type ClientCredentials } from "./basic-credentials.ts";
import type { IssuerEndpoints } from "./issuer-endpoints.ts";

/** This back end's own access token. */
export interface OwnToken {
  /** One that is not about to end; a new one if need be. Rejects with an Error that holds no secret. */
  get(): Promise<string>;
  /** This one was refused: the next `get` fetches another. */
  drop(token: string): void;
}

export interface OwnTokenOptions extends ClientCredentials {
  readonly issuer: string;
  readonly endpoints: IssuerEndpoints;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** A token is renewed when this share of its life is left; until it is over it serves while that fails. */
const RENEWED_AT = 0.2;

/**
 * Fetches this back end's token by `client_credentials` and keeps it until it is nearly over; one request at a time.
 * A token that another issuer made is refused: its feed would be another's too.
 * @see RFC 6749 §4.4
 */
export function createOwnToken(options: OwnTokenOptions): OwnToken {
  const { issuer, endpoints, fetch, clock, stop } = options;
  const authorization = basicAuthorization(options);
  let kept: { readonly token: string; readonly renewAt: number; readonly endsAt: number } | undefined;
  let flight: Promise<string> | undefined;

  async function renew(): Promise<string> {
    try {
      const url = await endpoints.find("token_endpoint");
      const askedAt = clock.monotonic();
      const body = new URLSearchParams({ grant_type: "client_credentials" });
      const { status, object } = await fetchAnswer(
        fetch,
        url,
        { method: "POST", headers: { authorization }, body },
        stop,
      );
      const fault = (why: string): Error => fetchFault("POST", url, new Error(why));
      if (object === undefined) throw fault(whyNoToken(status));
      const { access_token: token, expires_in: seconds } = object;
      if (typeof token !== "string" || typeof seconds !== "number" || !(seconds > 0)) {
        throw fault("the answer has no access_token, or no expires_in");
      }
      if (issuerOf(token) !== issuer) throw fault(`the token is another issuer's, not that of ${issuer}`);
      const life = seconds * 1000;
      kept = { token, renewAt: askedAt + life * (1 - RENEWED_AT), endsAt: askedAt + life };
      return token;
    } catch (error) {
      if (kept === undefined || clock.monotonic() >= kept.endsAt) throw error;
      return kept.token;
    } finally {
      flight = undefined;
    }
  }

  return Object.freeze({
    async get(): Promise<string> {
      if (kept !== undefined && clock.monotonic() < kept.renewAt) return kept.token;
      flight ??= renew();
      return flight;
    },
    drop(token: string): void {
      if (kept?.token === token) kept = undefined;
    },
  });
}

function whyNoToken(status: number): string {
  const advice = status === 401 ? ": clientId and clientSecret must be those of a client in the server's clients" : "";
  return `answered with status ${status}${advice}`;
}

/** By its own word, which is enough: who made the token up has our secret already. */
function issuerOf(token: string): string | undefined {
  try {
    return parseAccessToken(token).claims.iss;
  } catch {
    return undefined;
  }
}
