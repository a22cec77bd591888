import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { ImportOutcome } from "../../store/import.ts";
import { Failure } from "../output/failure.ts";
import type { Batch } from "./import-file.ts";

/** Lines that are named on the terminal where no report is written. */
const SHOWN_MOST = 20;

/** One line that was left out. Holds no openid, unionid, external id or number. */
export interface SkippedLine {
  readonly line: number;
  readonly skipped: string;
  /** What is wrong with the line itself. */
  readonly detail?: string;
  /** Hufu's id of the user who stands in the way. */
  readonly user?: string;
}

/** Lines that were left out, counted and perhaps written into a file. */
export interface Skipped {
  add(lines: readonly SkippedLine[]): Promise<void>;
  /** By reason, in the order in which the reasons came. */
  readonly counts: ReadonlyMap<string, number>;
  /** The first of them. */
  readonly first: readonly SkippedLine[];
  close(): Promise<void>;
}

/** What a batch leaves out, in the order of the file. */
export function skippedIn({ lines, mistakes }: Batch, outcomes: readonly ImportOutcome[]): readonly SkippedLine[] {
  const refused = outcomes.flatMap((outcome, at): readonly SkippedLine[] => {
    if (outcome.kind !== "skipped") return [];
    const { why: skipped, userId } = outcome;
    return [{ line: lines[at]?.number ?? 0, skipped, ...(userId === null ? {} : { user: userId }) }];
  });
  const unreadable = mistakes.map(({ number: line, why: skipped, detail }) => ({ line, skipped, detail }));
  return [...refused, ...unreadable].toSorted((one, other) => one.line - other.line);
}

/** @param report one JSON object a line, for the owner's eyes; an earlier one is replaced. @throws Failure */
export async function openSkipped(report: string | undefined, folder: string): Promise<Skipped> {
  const counts = new Map<string, number>();
  const first: SkippedLine[] = [];
  const file = report === undefined ? undefined : await openReport(resolve(folder, report));
  return Object.freeze<Skipped>({
    counts,
    first,
    async add(lines) {
      for (const line of lines) {
        counts.set(line.skipped, (counts.get(line.skipped) ?? 0) + 1);
        if (first.length < SHOWN_MOST) first.push(line);
      }
      if (lines.length > 0) await file?.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    },
    close: async () => file?.close(),
  });
}

async function openReport(path: string) {
  try {
    return await open(path, "w", 0o600);
  } catch (cause) {
    throw new Failure(
      `the report ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
