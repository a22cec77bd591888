const MIN_BYTES = 32;
const MIN_DISTINCT = 8;
/** Characters that must be left when the words below are taken out. */
const MIN_REST = 24;

/** Words out of examples and defaults. */
const TELLTALE_WORDS = [
  "changeme",
  "changethis",
  "secret",
  "password",
  "passphrase",
  "example",
  "default",
  "insecure",
  "placeholder",
  "replaceme",
  "replacethis",
  "letmein",
  "qwerty",
  "keyboardcat",
  "loremipsum",
  "correcthorse",
  "production",
  "development",
  "deadbeef",
  "0123456789",
  "1234567890",
  "0123456789abcdef",
] as const;

/** What is wrong with a configured secret, in words that do not contain it; `undefined` if nothing is. */
export function weaknessOf(secret: string): string | undefined {
  if (Buffer.byteLength(secret, "utf8") < MIN_BYTES) return `is shorter than ${MIN_BYTES} bytes`;
  if (new Set(secret).size < MIN_DISTINCT) return `has fewer than ${MIN_DISTINCT} different characters`;
  if (/^(?:env|file):/.test(secret)) return "is a reference that nobody has resolved";
  if (isRepetition(secret)) return "repeats one short text";
  if (isSequence(secret)) return "is a sequence of neighbouring characters";
  if (isTelltale(secret)) return "looks like a default or an example";
  return undefined;
}

/** A text that repeats itself turns up inside its own double before the middle. */
function isRepetition(secret: string): boolean {
  const period = (secret + secret).indexOf(secret, 1);
  return period <= secret.length / 2;
}

/** `abcdef…`, `9876…`, `aabbcc…`: two thirds of the steps go to an adjacent character. */
function isSequence(secret: string): boolean {
  let near = 0;
  for (let at = 1; at < secret.length; at++) {
    if (Math.abs(secret.charCodeAt(at) - secret.charCodeAt(at - 1)) <= 1) near++;
  }
  return near * 3 >= (secret.length - 1) * 2;
}

/** A word such as `secret` in a long text proves nothing; a text that is little else does. */
function isTelltale(secret: string): boolean {
  let rest = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
  const length = rest.length;
  for (const word of TELLTALE_WORDS) rest = rest.replaceAll(word, "");
  return rest.length < length && rest.length < MIN_REST;
}
