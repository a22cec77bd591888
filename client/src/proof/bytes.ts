const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE = `${ALPHABET}-_`;
const PLAIN = `${ALPHABET}+/`;

/** base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  return encoded(bytes, URL_SAFE);
}

/** base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  const text = encoded(bytes, PLAIN);
  return text + "==".slice(0, (4 - (text.length % 4)) % 4);
}

/** The bytes of a base64url text. Other characters count as zero: the caller checks what it got. */
export function fromBase64url(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let place = 0; place < text.length; place += 1) {
    held = ((held << 6) | Math.max(0, URL_SAFE.indexOf(text.charAt(place)))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = held >> bits;
    at += 1;
  }
  return bytes;
}

/** UTF-8, as a platform sends a text. Half a surrogate pair becomes U+FFFD, as everywhere. Phones have no `TextEncoder`. */
export function toUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    let code = text.codePointAt(at) || 0;
    if (code > 0xffff) at += 1;
    else if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return new Uint8Array(bytes);
}

/** JSON as a part of a JWS has it (RFC 7515 §3.1). */
export function encodedJson(value: object): string {
  return toBase64url(toUtf8(JSON.stringify(value)));
}

function encoded(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const three = ((bytes[at] || 0) << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0);
    text += alphabet.charAt(three >> 18) + alphabet.charAt((three >> 12) & 63);
    if (left > 1) text += alphabet.charAt((three >> 6) & 63);
    if (left > 2) text += alphabet.charAt(three & 63);
  }
  return text;
}
