import type { Logger } from "../core/log/log.ts";
import type { Notices } from "../core/log/notices.ts";
import type { Meter } from "../core/meter/meter.ts";
import type { Random } from "../core/random.ts";
import type { Clock } from "../core/time/clock.ts";
import type { Limits } from "../limits/limits.ts";
import type { App, Platform } from "../platform/platform.ts";
import type { HotStore } from "../store/hot.ts";
import type { RevocationEntry } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { AccessClaims } from "../token/access-token/access-claims.ts";
import type { RefreshTokens } from "../token/refresh-token.ts";
import type { SealedBox } from "../token/sealing/sealed-box.ts";
import type { Secrets } from "../token/sealing/secrets.ts";
import type { Client } from "./clients.ts";
import type { Policy } from "./policy.ts";
import type { SessionSettings } from "./settings.ts";
import type { KeyRing } from "./signing-keys/key-ring.ts";

/** What the files of this layer share; made once by the composition root. */
export interface SessionContext {
  readonly settings: SessionSettings;
  readonly store: Store;
  readonly hot: HotStore;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly notices: Notices;
  readonly meter: Meter;
  /** Resolves after so many milliseconds; rejects when `signal` fires first. Keeps no process alive. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly secrets: Secrets;
  readonly refreshTokens: RefreshTokens;
  readonly box: SealedBox;
  readonly keys: KeyRing;
  readonly policy: Policy;
  readonly findApp: (clientId: string) => App | undefined | Promise<App | undefined>;
  readonly findPlatform: (name: string) => Platform;
  /** Reads what the outbox has got, in its order. Fails as the database does. */
  readonly readOutbox: () => Promise<void>;
  /** The registration of a back end, as it is now. */
  readonly findClient: (id: string) => Client | undefined;
  /** Lets work go on after the answer; a graceful stop waits for it. Failures are logged. */
  readonly inBackground: (what: string, work: () => Promise<void>) => void;
  /** Tells the verifiers of this process at once, and the other nodes that the outbox has news. */
  readonly announce: (entries: readonly RevocationEntry[]) => void;
  /** Tells the other nodes alone, about what this one reads from the outbox like they do. */
  readonly tellNodes: () => void;
  /** Is this token refused, or stale, by the revocations that this process knows? */
  readonly isRevoked: (claims: AccessClaims, kid: string) => boolean;
  /** Shows a freshly minted token to the verifier of this process, so that it need not check the signature. */
  readonly minted: (token: string, claims: AccessClaims) => void;
}

/** What administration needs of it: neither keys to mint with nor a verifier, so that a command has it too. */
export type AdministrationContext = Pick<
  SessionContext,
  | "settings"
  | "store"
  | "clock"
  | "log"
  | "meter"
  | "secrets"
  | "box"
  | "policy"
  | "findApp"
  | "findPlatform"
  | "inBackground"
  | "announce"
  | "tellNodes"
  | "readOutbox"
>;
