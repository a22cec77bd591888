import { matchesOf, type Rule } from "../rule.ts";

const PIECE = "[\"'`][0-9a-f]{1,32}[\"'`]";
/** One text, or several that are put together by `+`, `.concat(` or as a list. */
const SUM = `${PIECE}(?:\\s*(?:\\+|\\)?\\.concat\\()\\s*${PIECE}){0,31}`;
const LIST = `\\[\\s*${PIECE}(?:\\s*,\\s*${PIECE}){1,31}\\s*\\]`;
const ASSIGNED = new RegExp(`\\b(?:app|wx|mp|mini)?[_-]?secret["'\`]?\\s*[:=]\\s*(${SUM}|${LIST})`, "gi");
const IN_ADDRESS = /[?&]secret=([0-9a-f]{32})\b/g;
/** An AppSecret is 32 lower-case hexadecimal digits (WeChat, "AppSecret"). */
const SECRET = /^[0-9a-f]{32}$/i;

export const appSecret: Rule = {
  id: "app-secret",
  level: "error",
  found: "An AppSecret stands in the mini program. Everyone who unpacks the package can read it.",
  remedy: "Reset it on mp.weixin.qq.com, keep the new one on the server, and exchange login codes there.",
  help: "https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html",
  *find(text) {
    for (const match of matchesOf(text, ASSIGNED)) {
      const written = text.slice(match.index + match.shown, match.index + match.length);
      const pieces = [...written.matchAll(/["'`]([0-9a-f]+)["'`]/gi)].map(([, piece = ""]) => piece);
      if (SECRET.test(pieces.join(""))) yield { ...match, shown: match.shown + written.search(/[0-9a-f]/i) };
    }
    yield* matchesOf(text, IN_ADDRESS);
  },
};
