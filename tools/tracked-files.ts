import { runCommand } from "./run-command.ts";

/** Every file that git knows or would add, by its path from the root; `patterns` narrow them as git reads them. */
export function trackedFiles(...patterns: readonly string[]): string[] {
  const listed = runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...patterns]);
  return listed.split("\0").filter((path) => path !== "");
}
