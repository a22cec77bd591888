import { hash } from "node:crypto";
import { sampleSessionId, sampleWord, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Store } from "../../server/src/store/store.ts";

/** So that no purge and no refresh finds them over, and so that every purge does. */
const LONG = 4_000_000_000_000;
const OVER = 1;

/** Of a thousand sessions. */
const WITH_FIVE = 20;
const FIVE = 5;
const OVER_SESSIONS = 100;
const AT_ONCE = 50;

/** How many sessions {@link seedSessions} makes; every larger database is a multiple of it. */
export const SEEDS = 1000;
/** How many sessions those users have whose list is read. */
export const LISTED = FIVE;

/** Signs in at the store's port, with all that a sign-in writes, each text as long as it really is. */
export async function signInOnce(store: Store, openid: string = newOpenid(), until: number = LONG): Promise<void> {
  const id = sampleSessionId();
  await signIn(store, {
    openid,
    app: "wx0000000000000001",
    sessionKey: { sealed: `hs2.${newHash()}${sampleWord()}`, exchangedAt: 1 },
    session: {
      id,
      idleUntil: until,
      absoluteUntil: until,
      keyId: "C5RnYQ",
      deviceId: sampleWord(),
      currentHash: newHash(),
      codeHash: newHash(),
    },
    plan: ({ user, madeUser }) => ({
      audit: [
        {
          action: "session.start",
          userId: user.id,
          sid: id,
          app: "wx0000000000000001",
          actor: "user",
          detail: { new_user: madeUser, device_type: "phone" },
        },
      ],
    }),
  });
}

/** As long as a token's or a code's. */
export function newHash(): string {
  return hash("sha256", sampleWord(), "base64url");
}

/** A thousand sessions: twenty users have five, all others one; a tenth is over and waits for the purge. */
export async function seedSessions(store: Store): Promise<void> {
  const withFive = Array.from({ length: WITH_FIVE }, newOpenid);
  const openids = Array.from({ length: FIVE }, () => withFive).flat();
  while (openids.length < SEEDS) openids.push(newOpenid());
  for (let from = 0; from < SEEDS; from += AT_ONCE) {
    await Promise.all(
      openids
        .slice(from, from + AT_ONCE)
        .map((openid, at) => signInOnce(store, openid, from + at < SEEDS - OVER_SESSIONS ? LONG : OVER)),
    );
  }
}

function newOpenid(): string {
  return `o${sampleWord().slice(0, 27)}`;
}
