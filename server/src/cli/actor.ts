import { hostname, userInfo } from "node:os";

const LONGEST = 128;

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
