import type { Waiting } from "../runtime/waiting.ts";
import type { TokenEndpoint } from "../token-endpoint/token-endpoint.ts";
import type { HeldSession } from "./held-session.ts";
import type { SingleFlight } from "./single-flight.ts";
import { changed } from "./stored-session.ts";

export interface SignOut {
  /** Signs out here, then tells the server if it can be reached. */
  logout(): Promise<void>;
  /** The server can probably be reached: tells it of a session that was left while it could not. */
  contact(): void;
}

const RETRY_MS = 10_000;

export function createSignOut(
  held: HeldSession,
  endpoint: TokenEndpoint,
  flight: SingleFlight,
  waiting: Waiting,
): SignOut {
  let telling: Promise<void> | undefined;

  async function tell(): Promise<boolean> {
    const { leaving } = held.stored();
    if (leaving === null) return true;
    if (!(await endpoint.leave(leaving))) return false;
    await flight.alone(async () => {
      const now = await held.load();
      if (now.leaving === leaving) await held.write(changed(now, { leaving: null }));
    });
    return true;
  }

  return {
    async logout() {
      await flight.alone(async () => {
        const before = await held.load();
        // A second sign-out must not forget the first, which the server may not know of yet.
        const leaving = before.refresh || before.access || before.leaving;
        await held.leave(changed(before, { leaving }), "session_logged_out");
      });
      await tell();
    },
    contact() {
      if (telling || held.stored().leaving === null) return;
      const end = (): void => {
        telling = undefined;
      };
      telling = tell().then((isTold) => (isTold ? undefined : waiting.pause(RETRY_MS, false)));
      telling.then(end, end);
    },
  };
}
