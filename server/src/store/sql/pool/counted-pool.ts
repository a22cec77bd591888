import type { PoolUse } from "../../store.ts";
import type { ServerConnection, ServerPool } from "./server-pool.ts";

/** A pool that knows how much of it is in use. */
export interface CountedPool extends ServerPool {
  use(): Omit<PoolUse, "lostRaces">;
}

/** @param most connections that it opens, if the pool says so */
export function countedPool(pool: ServerPool, most: number | undefined): CountedPool {
  let inUse = 0;
  let waitedFor = 0;

  function counted(connection: ServerConnection): ServerConnection {
    let isOut = true;
    inUse += 1;
    return {
      run: connection.run,
      control: connection.control,
      release(isBroken) {
        if (isOut) inUse -= 1;
        isOut = false;
        connection.release(isBroken);
      },
    };
  }

  return Object.freeze<CountedPool>({
    async borrow(patience) {
      waitedFor += 1;
      try {
        return counted(await pool.borrow(patience));
      } finally {
        waitedFor -= 1;
      }
    },
    ...(pool.readTogether === undefined ? {} : { readTogether: pool.readTogether }),
    faultOf: pool.faultOf,
    end: pool.end,
    use: () => ({ inUse, waitedFor, most }),
  });
}
