import { matchesOf, type Rule } from "../rule.ts";

const WEB_VIEW = /<web-view\b[^>]*\bsrc\s*=\s*["'{][^>]*?(?:[?&](?:access_?|refresh_?)?token=|\btoken\b)/gi;
const ADDRESS = /["'`][^"'`\s]*[?&](?:access_?token|refresh_?token|token|jwt)=(?=["'`$]|\{\{)/gi;

export const tokenInAddress: Rule = {
  id: "token-in-address",
  level: "error",
  found: "A token stands in an address. Logs, histories and other sites see addresses.",
  remedy: "Send it in the Authorization header. For a web-view use a ticket that works once and for a minute.",
  help: "https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2",
  *find(text) {
    yield* matchesOf(text, WEB_VIEW);
    yield* matchesOf(text, ADDRESS);
  },
};
