import type { ResolveContext, ResolvedUser, ResolveIdentity, ResolveUser } from "../session/settings.ts";
import { type JsonObject, parseStrictObject } from "../token/jws/strict-json.ts";
import { createPostMessage, type PostEnvironment, type SignedTarget } from "./post-message.ts";
import { shownUrl } from "./target-url.ts";

/** 32 roles and 1 KiB of claims need a quarter of it. */
const ANSWER_BYTES = 16 * 1024;

/**
 * `resolveUser` as a signed request with an answer (docs/protocol.md §12.2). What comes back is checked where every
 * answer of `resolveUser` is. It asks once and never again by itself: the client repeats the sign-in, under the same
 * `webhook-id`.
 */
export function createRequestResolver(target: SignedTarget, environment: PostEnvironment): ResolveUser {
  const post = createPostMessage(target, environment, ANSWER_BYTES);
  const { clock } = environment;
  const shown = shownUrl(target.url);

  return async (identity, context) => {
    const body = JSON.stringify(questionOf(identity, context, clock.now()));
    const outcome = await post({ id: context.questionId, body }, context.signal);
    if (outcome.kind === "fault") throw new Error(`${shown} ${outcome.detail}`);
    const answer = parseStrictObject(outcome.body);
    if (answer === undefined) throw new Error(`${shown} answered ${outcome.status}, not with one JSON object`);
    return answerOf(answer, shown);
  };
}

function questionOf(identity: ResolveIdentity, { context, phone, knownUser }: ResolveContext, now: number): object {
  const { platform, app, openid, unionid } = identity;
  return {
    type: "user.resolve",
    timestamp: new Date(now).toISOString(),
    data: {
      platform,
      app,
      openid,
      unionid,
      known_user: knownUser,
      phone: phone === null ? null : { number: phone.number },
      context,
    },
  };
}

/** The wire spells `user_id`. What else is in the answer goes on as it is, to the checks of every answer. */
function answerOf({ user_id: userId, ...rest }: JsonObject, shown: string): ResolvedUser {
  if ("userId" in rest) throw new Error(`${shown} answered a member userId; on the wire it is user_id`);
  return (userId === undefined ? rest : { userId, ...rest }) as ResolvedUser;
}
