import { permissionsOf } from "../../access/role-permissions.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { messageOf } from "../../core/errors/message-of.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import { type Answer, fetchAnswer, fetchFault } from "../jwks/fetch-json.ts";
import { refusedStatus } from "../jwks/refused-status.ts";
import type { RoleSource } from "../role-source.ts";
import { askAsOurselves } from "./ask-as-ourselves.ts";
import type { OwnToken } from "./own-token.ts";
import { type RolesAtPolicy, readRoleTable } from "./read-role-table.ts";

export interface RoleTableSourceOptions {
  readonly address: IssuerAddress;
  readonly ownToken: OwnToken;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

/** After a request that brought no table that is new enough, none is sent for so long, in milliseconds. */
const COOLDOWN_MS = 1000;
const MOST_BYTES = 1_048_576;

/**
 * The issuer's own table of roles (`GET /roles`), fetched when a token needs one that is newer than the one at hand; one
 * request at a time, however many tokens wait for it.
 */
export function createRoleTableSource(options: RoleTableSourceOptions): RoleSource {
  const { address, ownToken, fetch, clock, log, stop } = options;
  const { issuer } = address;
  const url = address.reach(new URL(`${issuer}/roles`));
  let table: RolesAtPolicy | undefined;
  let etag: string | undefined;
  let flight: Promise<void> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let triedFor = 0;
  let failure: unknown;

  async function ask(token: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, ...(etag === undefined ? {} : { "if-none-match": etag }) };
    return fetchAnswer(fetch, url, { headers, mostBytes: MOST_BYTES }, stop);
  }

  async function read(pol: number): Promise<void> {
    triedFor = pol;
    try {
      const { status, object, headers } = await askAsOurselves(ownToken, ask);
      failure = undefined;
      if (status === 304 && table !== undefined) return;
      if (object === undefined) throw fetchFault("GET", url, new Error(refusedStatus(status, headers)));
      const fresh = readRoleTable(object);
      // What comes from a server that lags behind must not replace what is newer.
      if (table !== undefined && fresh.pol < table.pol) return;
      table = fresh;
      etag = headers.get("etag") ?? undefined;
    } catch (error) {
      failure = error;
      log.warn({ issuer, why: messageOf(error) }, "the issuer's roles could not be fetched");
    } finally {
      triedAt = clock.monotonic();
      flight = undefined;
    }
  }

  async function permissionsAfterAsking(roles: readonly string[], pol: number): Promise<readonly string[]> {
    // A caller that comes while one is under way may need what was published after it was answered: then once more.
    for (let tries = 0; tries < 2 && (table === undefined || table.pol < pol); tries += 1) {
      if (flight === undefined && pol <= triedFor && clock.monotonic() - triedAt < COOLDOWN_MS) break;
      flight ??= read(pol);
      await flight;
    }
    if (table !== undefined && table.pol >= pol) return permissionsOf(roles, table.roles);
    throw new HufuError("revocations_unknown", {
      retryAfter: 1,
      detail: "no table of roles that is new enough can be had",
      cause: failure,
    });
  }

  return (roles, pol) => {
    if (table !== undefined && table.pol >= pol) return permissionsOf(roles, table.roles);
    return permissionsAfterAsking(roles, pol);
  };
}
