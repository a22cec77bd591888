import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import { type DatabaseFinding, errorFinding } from "./database-finding.ts";
import type { SqlDatabase } from "./dialect.ts";
import { ReadOnlySettingError } from "./pool/read-only-setting.ts";

/** What of an open database's settings must or should be changed, each in a sentence. Errors come first. */
export async function checkDatabase(database: SqlDatabase): Promise<readonly DatabaseFinding[]> {
  return worstFirst((await database.check?.().catch(readOnlyFindings)) ?? []);
}

export function worstFirst(findings: readonly DatabaseFinding[]): readonly DatabaseFinding[] {
  const of = (level: DatabaseFinding["level"]) => findings.filter((finding) => finding.level === level);
  return [...of("error"), ...of("warning"), ...of("note")];
}

/** Without a connection that may write nothing else can be asked. */
function readOnlyFindings(error: unknown): readonly DatabaseFinding[] {
  const cause = error instanceof HufuError ? error.cause : undefined;
  if (cause instanceof ReadOnlySettingError) return [errorFinding(cause.message)];
  throw error;
}

/**
 * Logs the warnings and notes.
 * @throws TypeError with every error's sentence
 */
export function applyFindings(findings: readonly DatabaseFinding[], log: Logger): void {
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length > 0) throw new TypeError(errors.map(({ text }) => text).join("; "));
  for (const { level, text } of findings) {
    if (level === "note") log.info({}, text);
    else log.warn({}, text);
  }
}
