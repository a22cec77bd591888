import type { SeededRandom } from "../properties/seeded-random.ts";
import type { Conditions } from "./tcp-proxy.ts";

const STALLS_PER_THOUSAND = 5;

/** As bad as mobile networks are at their worst: of eight requests one is lost, of six answers one, one in ten comes twice. */
export function harshConditions(seeded: SeededRandom): Conditions {
  const drawn = seeded.roll(1000);
  if (drawn < STALLS_PER_THOUSAND) return { kind: "stall" };
  if (drawn < 120) return { kind: "reset" };
  if (drawn < 220) return { kind: "answer-lost" };
  if (drawn < 290) return { kind: "answer-cut" };
  if (drawn < 390) return { kind: "duplicate", ms: seeded.roll(1000) };
  if (drawn < 500) return { kind: "delay", ms: seeded.roll(150) };
  return { kind: "clear" };
}
