/** What RFC 3986 allows in a URI without user information. A browser's parser accepts far more than this. */
const URI = /^https?:\/\/[A-Za-z0-9.\-_~%[\]:]+(?:[/?#][\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/i;
const ESCAPE = /%[0-9a-f]{2}/gi;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * An absolute http(s) URI as it is compared in a proof: without query and fragment, after the syntax-based and the
 * scheme-based normalisation. `undefined` if it is none, or holds user information.
 * @see RFC 9449 §4.3 (9), RFC 3986 §6.2.2 and §6.2.3
 */
export function normalUri(text: string): string | undefined {
  if (!URI.test(text) || BROKEN_ESCAPE.test(text)) return undefined;
  const [bare = ""] = text.split(/[?#]/, 1);
  // Escapes first: %2e%2e is a dot segment, and %7E is ~.
  const decoded = bare.replace(ESCAPE, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return UNRESERVED.test(character) ? character : triplet.toUpperCase();
  });
  if (!URL.canParse(decoded)) return undefined;
  const { origin, pathname } = new URL(decoded);
  return `${origin}${pathname}`;
}
