import { normalUri } from "./request-uri.ts";

/** What is wrong with the public address of guarded routes, as an option gives it. */
export function publicUrlMistake(text: string): string | undefined {
  if (!/[?#]/.test(text) && normalUri(text) !== undefined) return undefined;
  return "must be an address such as https://api.example.com, without query";
}

/**
 * The public address of guarded routes in its normal form, without a slash at the end.
 * @throws TypeError that names the option
 */
export function checkPublicUrl(text: string, option: string): string {
  const url = normalUri(text);
  const mistake = publicUrlMistake(text);
  if (url === undefined || mistake !== undefined) throw new TypeError(`${option}: ${mistake}`);
  return url.replace(/\/$/, "");
}
