import { setImmediate } from "node:timers";
import type { Life } from "../environment/lives.ts";
import type { PhoneFiles } from "../phone-files.ts";
import type { Failure } from "../wx/callbacks.ts";
import type { FindAddress } from "../wx/wx-addresses.ts";
import type { PhoneNetwork } from "./phone-network.ts";

/** What requests, uploads and downloads of one run need. */
export interface NetworkParts {
  readonly life: Life;
  readonly network: PhoneNetwork;
  readonly files: PhoneFiles;
  readonly findAddress: FindAddress;
  readonly referer: string;
}

/** Phone milliseconds that a call may take where it says nothing else. */
export const TIMEOUT_MS = 60_000;

/** No call of the platform fails before it has returned. */
export function later(fail: (failure: Failure) => void): (failure: Failure) => void {
  return (failure) => void setImmediate(() => fail(failure));
}
