import { isLoopback } from "../core/issuer.ts";
import { BLOCKED_PORTS } from "./blocked-ports.ts";

/** What is wrong with a URL that signed messages go to, in words that do not repeat it; `undefined` if nothing is. */
export function targetUrlMistake(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "must be a URL";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    return "must be https, or http on a loopback address";
  }
  if (url.username !== "" || url.password !== "") return "must have no user name or password: messages are signed";
  if (url.hash !== "") return "must have no fragment";
  // Otherwise every message would fail, for days.
  if (url.port !== "" && BLOCKED_PORTS.has(Number(url.port))) {
    return `must have another port: fetch never asks port ${url.port}`;
  }
  return undefined;
}

/** From so many characters on, with a digit or a capital in it, a part of a path may be a key, as in addresses of chat bots. */
const KEY_LEAST = 16;

/** A target's URL as the log may name it: the query, and long parts of the path, may hold a key. */
export function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  const shown = pathname.split("/").map((part) => (part.length >= KEY_LEAST && /[0-9A-Z]/.test(part) ? "…" : part));
  return `${origin}${shown.join("/")}`;
}
