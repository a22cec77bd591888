import { createIdTable, type IdTable } from "./id-set.ts";
import { readSixteenBytes, type SixteenBytes } from "./sixteen-bytes.ts";
import type { Sweepable } from "./sweep.ts";
import { mapSweep } from "./sweep.ts";

/** What was ended, by its id, and why. */
export interface EndedTable extends Sweepable {
  /** An end is told once; what comes again can only last longer. `until` in epoch ms. */
  end(id: string, why: string, until: number): void;
  why(id: string): string | undefined;
}

/** A table that grows copies all that it holds, so there are several, and each copies a sixteenth. */
const PARTS = 16;
const PART_SHIFT = 28;
/** A place has a byte for its reason, of which 0 means that it is free. */
const MOST_WHYS = 255;

/**
 * Ids of the shape that Hufu makes are kept in few bytes; any other id, and what was ended for a 256th reason, in a Map.
 * @param prefix what stands before the 16 bytes, such as `s_`
 */
export function createEndedTable(prefix: string): EndedTable {
  const parts: readonly IdTable[] = Array.from({ length: PARTS }, createIdTable);
  const others = new Map<string, { readonly why: string; readonly until: number }>();
  const othersSweep = mapSweep(others);
  const whys: string[] = [];
  const words: SixteenBytes = new Uint32Array(4);
  let sweptPart = 0;

  /** The part in which the id in `words` belongs: by its end, because an id begins with the time when it was made. */
  function partOfWords(): IdTable | undefined {
    return parts[(words[3] ?? 0) >>> PART_SHIFT];
  }

  function numberOf(why: string): number | undefined {
    const known = whys.indexOf(why);
    if (known >= 0) return known + 1;
    return whys.length < MOST_WHYS ? whys.push(why) : undefined;
  }

  return Object.freeze({
    end(id: string, why: string, until: number): void {
      const other = others.get(id);
      const number = other === undefined && readSixteenBytes(id, prefix, words) ? numberOf(why) : undefined;
      if (number !== undefined) partOfWords()?.put(words, number, until);
      else others.set(id, { why: other?.why ?? why, until: Math.max(until, other?.until ?? until) });
    },
    why(id: string): string | undefined {
      // Most of these tables are empty most of the time.
      if (whys.length === 0 && others.size === 0) return undefined;
      const number = readSixteenBytes(id, prefix, words) ? (partOfWords()?.get(words) ?? 0) : 0;
      if (number !== 0) return whys[number - 1];
      return others.size === 0 ? undefined : others.get(id)?.why;
    },
    sweepStep(now: number): boolean {
      const part = parts[sweptPart];
      if (part === undefined) {
        if (!othersSweep.sweepStep(now)) return false;
        sweptPart = 0;
        return true;
      }
      if (part.sweepStep(now)) sweptPart += 1;
      return false;
    },
    prune(now: number): void {
      for (const part of parts) part.prune(now);
      othersSweep.prune(now);
    },
    get size(): number {
      return parts.reduce((sum, part) => sum + part.size, others.size);
    },
  });
}
