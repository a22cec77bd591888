import type { SixteenBytes } from "./sixteen-bytes.ts";

/**
 * Ids of 16 bytes, each with a small number and an end, in typed arrays: 21 bytes a place, where a Map with an object
 * for each takes some 157.
 */
export interface IdTable {
  /** The number that stands beside this id; 0 = it is not there. */
  get(id: SixteenBytes): number;
  /** Adds it, or makes what is there last at least as long; the number that came first stays. */
  put(id: SixteenBytes, value: number, until: number): void;
  /** Looks at the next few places and takes out what is over. True when it has been through all of them. */
  sweepStep(now: number): boolean;
  /** Takes out everything that is over. */
  prune(now: number): void;
  readonly size: number;
}

const LEAST_PLACES = 16;
/** A search for what is not there then looks at 8 places in the worst mean. */
const MOST_FULL = 0.75;
/** Emptier than this, it shrinks by half at the end of a sweep. */
const LEAST_FULL = 0.125;
const PLACES_PER_STEP = 8;
const LAST_SECOND = 0xffff_ffff;

/**
 * Makes an empty table: open addressing, the next free place from where an id belongs. What is taken out leaves no gap:
 * those behind it move up, so that nothing has to be cleaned ever. Ends are kept in seconds, rounded up.
 */
export function createIdTable(): IdTable {
  let mask = LEAST_PLACES - 1;
  let keys = new Uint32Array(LEAST_PLACES * 4);
  let untils = new Uint32Array(LEAST_PLACES);
  /** 0 = the place is free. */
  let values = new Uint8Array(LEAST_PLACES);
  let size = 0;
  let swept = 0;

  /** The place of this id, or the free one where it would be. */
  function placeOf(a: number, b: number, c: number, d: number): number {
    let place = spread(a, b, c, d) & mask;
    while (values[place] !== 0) {
      const at = place * 4;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return place;
      place = (place + 1) & mask;
    }
    return place;
  }

  function write(place: number, id: ArrayLike<number>, from: number, value: number, until: number): void {
    for (let word = 0; word < 4; word += 1) keys[place * 4 + word] = id[from + word] ?? 0;
    values[place] = value;
    untils[place] = until;
  }

  function resize(places: number): void {
    const [oldKeys, oldUntils, oldValues] = [keys, untils, values];
    mask = places - 1;
    keys = new Uint32Array(places * 4);
    untils = new Uint32Array(places);
    values = new Uint8Array(places);
    swept = 0;
    for (let old = 0; old < oldValues.length; old += 1) {
      const value = oldValues[old] ?? 0;
      if (value === 0) continue;
      const at = old * 4;
      const place = placeOf(oldKeys[at] ?? 0, oldKeys[at + 1] ?? 0, oldKeys[at + 2] ?? 0, oldKeys[at + 3] ?? 0);
      write(place, oldKeys, at, value, oldUntils[old] ?? 0);
    }
  }

  function homeOf(place: number): number {
    const at = place * 4;
    return spread(keys[at] ?? 0, keys[at + 1] ?? 0, keys[at + 2] ?? 0, keys[at + 3] ?? 0) & mask;
  }

  function takeOut(place: number): void {
    let hole = place;
    for (let next = (hole + 1) & mask; values[next] !== 0; next = (next + 1) & mask) {
      // It may move up if that does not put it before the place where it belongs.
      if (((next - homeOf(next)) & mask) < ((next - hole) & mask)) continue;
      write(hole, keys, next * 4, values[next] ?? 0, untils[next] ?? 0);
      hole = next;
    }
    values[hole] = 0;
    size -= 1;
  }

  /** After one is taken out another may stand there, so the place is looked at again. */
  function sweepFrom(first: number, places: number, now: number): number {
    let place = first;
    for (let left = places; left > 0 && place <= mask; left -= 1) {
      if (values[place] !== 0 && (untils[place] ?? 0) * 1000 < now) takeOut(place);
      else place += 1;
    }
    return place;
  }

  function shrink(): void {
    let places = mask + 1;
    while (places > LEAST_PLACES && size < places * LEAST_FULL) places /= 2;
    if (places <= mask) resize(places);
  }

  return Object.freeze({
    get(id: SixteenBytes): number {
      return size === 0 ? 0 : (values[placeOf(id[0] ?? 0, id[1] ?? 0, id[2] ?? 0, id[3] ?? 0)] ?? 0);
    },
    put(id: SixteenBytes, value: number, until: number): void {
      const seconds = Math.min(LAST_SECOND, Math.max(0, Math.ceil(until / 1000)));
      let place = placeOf(id[0] ?? 0, id[1] ?? 0, id[2] ?? 0, id[3] ?? 0);
      if (values[place] !== 0) {
        untils[place] = Math.max(untils[place] ?? 0, seconds);
        return;
      }
      if (size + 1 > (mask + 1) * MOST_FULL) {
        resize((mask + 1) * 2);
        place = placeOf(id[0] ?? 0, id[1] ?? 0, id[2] ?? 0, id[3] ?? 0);
      }
      write(place, id, 0, value, seconds);
      size += 1;
    },
    sweepStep(now: number): boolean {
      swept = sweepFrom(swept, PLACES_PER_STEP, now);
      if (swept <= mask) return false;
      swept = 0;
      shrink();
      return true;
    },
    prune(now: number): void {
      sweepFrom(0, Number.POSITIVE_INFINITY, now);
      shrink();
    },
    get size(): number {
      return size;
    },
  });
}

/** Ids are random already, but ids made up for a test need not be. */
function spread(a: number, b: number, c: number, d: number): number {
  const mixed =
    Math.imul(a ^ (b >>> 15) ^ Math.imul(c ^ (d >>> 13), 0x9e37_79b1), 0x85eb_ca6b) ^ Math.imul(b ^ d, 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
