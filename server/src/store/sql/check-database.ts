import type { Logger } from "../../core/log/log.ts";
import type { DatabaseFinding } from "./database-finding.ts";
import type { SqlDatabase } from "./dialect.ts";

/** What of an open database's settings must or should be changed, each in a sentence. Errors come first. */
export async function checkDatabase(database: SqlDatabase): Promise<readonly DatabaseFinding[]> {
  const findings = (await database.check?.()) ?? [];
  const of = (level: DatabaseFinding["level"]) => findings.filter((finding) => finding.level === level);
  return [...of("error"), ...of("warning")];
}

/**
 * Logs the warnings.
 * @throws TypeError with every error's sentence
 */
export function applyFindings(findings: readonly DatabaseFinding[], log: Logger): void {
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length > 0) throw new TypeError(errors.map(({ text }) => text).join("; "));
  for (const { text } of findings) log.warn({}, text);
}
