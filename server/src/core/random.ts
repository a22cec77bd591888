import { randomFillSync } from "node:crypto";

/** Fresh unpredictable bytes. Tests pass a seeded one; products never do. */
export type Random = (size: number) => Buffer;

const POOL_BYTES = 4096;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** The platform's generator, drawn from in 4 KiB steps because a call costs more than its bytes. */
export const systemRandom: Random = (size) => {
  if (size > POOL_BYTES) return randomFillSync(Buffer.allocUnsafe(size));
  if (used + size > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.allocUnsafe(size);
  pool.copy(bytes, 0, used, used + size);
  // A drawn byte is never left behind in the pool.
  pool.fill(0, used, used + size);
  used += size;
  return bytes;
};
