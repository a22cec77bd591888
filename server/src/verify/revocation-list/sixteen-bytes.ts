/** 16 bytes as four whole numbers of 32 bits. */
export type SixteenBytes = Uint32Array<ArrayBuffer>;

/** Six bits by character code; -1 for what is no base64url. */
const SIX_BITS = new Int8Array(128).fill(-1);
for (const [value, character] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  SIX_BITS[character.charCodeAt(0)] = value;
}
const CHARACTERS = 22;

/**
 * Reads the 22 characters of base64url that follow a prefix, into `words` and without making anything.
 * @returns false for what is not the one canonical spelling of 16 bytes after that prefix; `words` then means nothing
 */
export function readSixteenBytes(text: string, prefix: string, words: SixteenBytes): boolean {
  if (text.length !== prefix.length + CHARACTERS || !text.startsWith(prefix)) return false;
  let at = prefix.length;
  let all = 0;
  let held = 0;
  let bits = 0;
  for (let word = 0; word < 4; word += 1) {
    while (bits < 32) {
      const six = SIX_BITS[text.charCodeAt(at)] ?? -1;
      all |= six;
      at += 1;
      bits += 6;
      if (bits < 32) held = (held << 6) | six;
      else {
        // The upper bits of these six end this word, the lower ones begin the next.
        const over = bits - 32;
        words[word] = (held << (6 - over)) | (six >>> over);
        held = six & ((1 << over) - 1);
        bits = over;
        break;
      }
    }
  }
  return all >= 0 && held === 0;
}
