import { type Caller, USER } from "../../core/caller.ts";
import type { DeviceType } from "../../store/records.ts";

/** A silent sign-in (docs/protocol.md §3.1), its parameters checked for shape. */
export interface SignInInput {
  readonly clientId: string;
  readonly code: string;
  readonly deviceId?: string | undefined;
  readonly deviceType?: DeviceType | undefined;
  readonly deviceName?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly phoneCode?: string | undefined;
  /** Parsed, untrusted, never stored. */
  readonly context?: unknown;
  /** Thumbprint of the key whose proof came with the request; the session is bound to it. */
  readonly jkt?: string | undefined;
  /** Default: the user, outside of any request. */
  readonly caller?: Caller | undefined;
}

export function byUser({ caller = USER }: SignInInput): Caller {
  return caller;
}
