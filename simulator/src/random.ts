import { randomBytes } from "node:crypto";

/** Unpredictable bytes. A test passes a seeded source. */
export type Random = (size: number) => Buffer;

/** The generator of this machine. */
export const systemRandom: Random = (size) => randomBytes(size);
