import { isLoopback } from "../core/issuer.ts";

/** What is wrong with a URL that signed messages go to, in words that do not repeat it; `undefined` if nothing is. */
export function targetUrlMistake(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "must be a URL";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    return "must be https, or http on a loopback address";
  }
  if (url.username !== "" || url.password !== "") return "must have no user name or password: messages are signed";
  if (url.hash !== "") return "must have no fragment";
  return undefined;
}

/** A target's URL as the log may name it: a query may hold a key. */
export function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}
