import { matchesOf, type Rule } from "../rule.ts";

/** An AppSecret is 32 lower-case hexadecimal digits (WeChat, "AppSecret"). */
const ASSIGNED = /\b(?:app|wx|mp|mini)?[_-]?secret["'`]?\s*[:=]\s*["'`]([0-9a-f]{32})["'`]/gi;
const IN_ADDRESS = /[?&]secret=([0-9a-f]{32})\b/g;

export const appSecret: Rule = {
  id: "app-secret",
  level: "error",
  found: "An AppSecret stands in the mini program. Everyone who unpacks the package can read it.",
  remedy: "Reset it on mp.weixin.qq.com, keep the new one on the server, and exchange login codes there.",
  help: "https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html",
  *find(text) {
    yield* matchesOf(text, ASSIGNED);
    yield* matchesOf(text, IN_ADDRESS);
  },
};
