import { type Match, matchesOf, type Rule } from "../rule.ts";

const IN_ADDRESS = /[?&]open_?id=/gi;
const IN_HEADER = /["'`]x-(?:wx-)?openid["'`]\s*:/gi;
/** The name of a member, and not a value such as the last word of `{ id: app.openid }`. */
const MEMBER = /(?<=[{,]\s*["'`]?)\bopen_?id["'`]?\s*[:,}]/gi;
/** A call that sends something, with its arguments still open where the openid stands. */
const SENDS = /\b(?:request|uploadFile|downloadFile|connectSocket|fetch|axios(?:\.\w+)?|http\.\w+)\s*\(/gi;
const REACH = 500;

export const bareOpenid: Rule = {
  id: "bare-openid",
  level: "error",
  found: "A request sends an openid. An openid names a user and proves nothing.",
  remedy: "Send the access token instead, and let the server read the openid from it.",
  help: "https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/login.html",
  *find(text) {
    yield* matchesOf(text, IN_ADDRESS);
    yield* matchesOf(text, IN_HEADER);
    for (const member of matchesOf(text, MEMBER)) if (isSent(text, member)) yield member;
  },
};

/** Does the member stand inside the arguments of a call that sends? */
function isSent(text: string, { index }: Match): boolean {
  const before = text.slice(Math.max(0, index - REACH), index);
  let call: RegExpExecArray | undefined;
  for (const match of before.matchAll(SENDS)) call = match;
  if (call === undefined) return false;
  const between = before.slice(call.index + call[0].length);
  // What a callback does with an answer is not sent.
  if (/=>|\bfunction\b|\b(?:success|fail|complete|then)\s*[:(]/.test(between)) return false;
  let open = 1;
  for (const character of between) {
    if (character === "(") open += 1;
    else if (character === ")") open -= 1;
    if (open === 0) return false;
  }
  return true;
}
