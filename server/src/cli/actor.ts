import { hostname, userInfo } from "node:os";
import { Failure } from "./output/failure.ts";

const LONGEST = 128;

/** Who acts and why, for the audit log. */
export interface Actor {
  readonly by: string;
  readonly reason?: string;
}

/** The person who types here. @throws Failure for an empty reason */
export function callerHere(reason: string | undefined): Actor {
  if (reason?.trim() === "") throw new Failure("--reason is empty: say why, for anyone who reads the audit log");
  return { by: actor(), ...(reason === undefined ? {} : { reason }) };
}

/** Who types here, for the audit log: `cli:USER@host`, by what this machine calls them. */
export function actor(): string {
  return `cli:${userName()}@${hostname()}`.replace(/[^\x21-\x7e]/g, "_").slice(0, LONGEST);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? "unknown");
  }
}
