import { sampleWord, signIn } from "../server/src/store/sample-sign-in.ts";
import type { Store } from "../server/src/store/store.ts";

/** So that no purge and no refresh finds them over. */
const LONG = { idleUntil: 4_000_000_000_000, absoluteUntil: 4_000_000_000_000 };
/** Sign-ins under way at once: as many as share a transaction on SQLite. */
const AT_ONCE = 256;

/**
 * Makes so many users with a session each, through the store's own port: what a sign-in writes, they have.
 * @param progress called now and then with the number of those that are there
 */
export async function fillSessions(
  store: Store,
  count: number,
  progress: (made: number) => void = () => undefined,
): Promise<void> {
  for (let made = 0; made < count; made += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - made) }, () =>
        signIn(store, { openid: sampleWord(), session: LONG }),
      ),
    );
    if (Math.floor(made / 50_000) !== Math.floor((made + AT_ONCE) / 50_000)) progress(Math.min(made + AT_ONCE, count));
  }
}
