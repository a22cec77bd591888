/** `npm test` runs the short form, `npm run test:faults` the long one. */
const IS_LONG: boolean = process.env["HUFU_FAULTS"] === "long";

/** What the seeded of the fault tests begin with; they print it. */
export const SEED: number = Number(process.env["HUFU_SEED"] ?? 20_261_127);

/** How often, or for how long. */
export function shortOrLong(short: number, long: number): number {
  return IS_LONG ? long : short;
}
