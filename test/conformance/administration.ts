import { createHufu, type Hufu } from "hufu";
import type { Served } from "./served-hufu.ts";

/** Another process on the same database, as docs/guides/operations.md has it. */
export async function withAdministration<T>(served: Served, act: (hufu: Hufu) => Promise<T>): Promise<T> {
  // What belongs to the server's process alone is left out; the rest is the same in a file and in code.
  const told: Parameters<typeof createHufu>[0] = JSON.parse(
    JSON.stringify({ ...served.configuration, listen: undefined, drain: undefined }),
  );
  const hufu = await createHufu(told);
  try {
    return await act(hufu);
  } finally {
    await hufu.close();
  }
}
