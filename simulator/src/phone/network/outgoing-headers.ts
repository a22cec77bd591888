type Headers = Readonly<Record<string, unknown>>;

/** Names by which a header says what the platform alone may say. */
const OWN = "referer";

/**
 * The headers that leave the phone. Nobody but the platform says where a request comes from.
 * @param given what the mini program wishes
 * @param own the platform's own; the mini program's go first where both name one, save for the referer
 */
export function outgoingHeaders(
  given: Headers | undefined,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { ...own };
  for (const [name, value] of Object.entries(given ?? {})) {
    const lower = name.toLowerCase();
    if (lower === OWN) continue;
    delete headers[lower];
    headers[name] = String(value);
  }
  return headers;
}

/** The content type that the mini program names, or `otherwise`. */
export function contentTypeIn(given: Headers | undefined, otherwise: string): string {
  const found = Object.entries(given ?? {}).find(([name]) => name.toLowerCase() === "content-type");
  return found === undefined ? otherwise : String(found[1]);
}

/** What the platform says of where a request comes from; it is told nothing of an unreleased version. */
export function refererOf(appId: string, envVersion: string, platform: string): string {
  const version = platform === "devtools" ? "devtools" : envVersion === "release" ? "1" : "0";
  return `https://servicewechat.com/${appId}/${version}/page-frame.html`;
}
