import type { Logger } from "../core/log/log.ts";
import type { Notices } from "../core/log/notices.ts";
import type { Meter } from "../core/meter/meter.ts";
import type { Tracer } from "../core/tracer/tracer.ts";
import type { Limits } from "../limits/limits.ts";
import type { ProofCheck } from "../proof/proof-check.ts";
import type { RevocationFeed } from "../revocations/revocation-feed.ts";
import type { Administration } from "../session/administration/administration.ts";
import type { AdministrationCalls } from "../session/administration/calls.ts";
import type { RefusalLog } from "../session/administration/refusal-log.ts";
import type { UserData } from "../session/administration/user-data.ts";
import type { Protocol } from "../session/protocol.ts";
import type { Tickets } from "../session/tickets/tickets.ts";
import type { HostClaims } from "../store/records.ts";
import type { Verifier } from "../verify/verifier.ts";
import type { Deliveries } from "../webhooks/deliveries.ts";
import type { Readiness } from "./node/readiness.ts";

/** Sign-in for mini programs, wired and running. Frozen. */
export interface Hufu<Claims = HostClaims> extends Administration {
  readonly issuer: string;
  readonly audience: string;
  /** What guards ask; in this process it needs no network and sees every end at once. */
  readonly verifier: Verifier<Claims>;
  /** What crosses the wire; `hufu/express`, `hufu/hono` and `hufu serve` mount it. */
  readonly protocol: Protocol;
  /** What administrators may ask over the network; served under `/admin`. */
  readonly administration: AdministrationCalls;
  /** What Hufu's own endpoints refused lately, so that an operator can say why a user was signed out. */
  readonly refusals: RefusalLog;
  /** Accepts the proofs of possession of the token endpoint. */
  readonly tokenProofs: ProofCheck;
  /** What is no longer true, for verifiers in other processes; served under `/revocations`. */
  readonly feed: RevocationFeed;
  /** Counts what may be asked; asked by the endpoints. */
  readonly limits: Limits;
  /** What the platform encrypted for this user's session. */
  readonly userData: UserData;
  /** One ticket for one operation with exactly these parameters. */
  readonly tickets: Tickets;
  /** Messages to `webhooks`: what waits, what was given up, and what becomes of each attempt. */
  readonly deliveries: Deliveries;
  /** The log of all its parts, and of what serves it. */
  readonly log: Logger;
  /** How often each kind of event has happened on which an operator may have to act. */
  readonly notices: Notices;
  /** Where its parts, and what serves it, report what happens. */
  readonly meter: Meter;
  /** Where requests that come in and go out are traced. */
  readonly tracer: Tracer;
  ready(): Promise<Readiness>;
  /** Stops gracefully: waits for what is under way, then closes the database. */
  close(): Promise<void>;
}
