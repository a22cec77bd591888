import type { StableTokens } from "./stable-token.ts";
import type { WeChatCall, WeChatRequest } from "./wechat-call.ts";
import { classifyWeChatError } from "./wechat-errors.ts";
import type { WeChatOutcome } from "./wechat-outcome.ts";

/** A call that needs the app's access_token: repeated exactly once, with another token, when WeChat rejects the token. */
export type CallWithToken = (request: WeChatRequest) => Promise<WeChatOutcome>;

/** @throws HufuError if there is no token to be had */
export function createCallWithToken(call: WeChatCall, tokens: StableTokens): CallWithToken {
  return async (request) => {
    const { app, within } = request;
    const token = await tokens.find(app, within);
    const first = await call(withToken(request, token));
    // A rejected token means that nothing has been done yet, so that even a single-use code may be sent again.
    if (!rejectsToken(first)) return first;
    return call(withToken(request, await tokens.replace(app, token, within)));
  };
}

function withToken(request: WeChatRequest, token: string): WeChatRequest {
  return { ...request, query: { access_token: token, ...request.query } };
}

function rejectsToken(outcome: WeChatOutcome): boolean {
  return (
    outcome.kind === "answer" &&
    outcome.errcode !== undefined &&
    classifyWeChatError(outcome.errcode) === "token_rejected"
  );
}
