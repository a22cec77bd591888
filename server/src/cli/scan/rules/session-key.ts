import { matchesOf, type Rule } from "../rule.ts";

/** A member or a variable of that name; a word inside a sentence is none. */
const USED = /(?:\.\s*|["'`]|[{,(\s])(?:session_key|sessionKey)(?=["'`]?\s*[:=,})\].;(])/g;

export const sessionKey: Rule = {
  id: "session-key",
  level: "error",
  found: "The mini program handles session_key, which must never leave the server.",
  remedy: "Decrypt and check signatures on the server, and remove session_key from what the server answers.",
  help: "https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html",
  find: (text) => matchesOf(text, USED),
};
