import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64url, toBase64url } from "./base64url.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** What decoders are known to skip, to take for something else, or to stop at. */
const STRANGE = ["+", "/", "=", " ", "\n", "\r", "\t", "\0", ".", "%", "é", "字", "😀", "\u2028", "\ud800"];

/** The definition, as slowly as can be: a text is canonical if its bytes spell it again. */
function canonical(text: string): boolean {
  return (
    [...text].every((character) => ALPHABET.includes(character)) && toBase64url(Buffer.from(text, "base64url")) === text
  );
}

test("bytes come back as they were", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.deepEqual(fromBase64url(toBase64url(bytes)), Buffer.from(bytes));
    }),
  );
});

test("of all texts, the canonical spellings and no others give bytes", () => {
  const characters = fc.constantFrom(...ALPHABET, ...ALPHABET, ...STRANGE);
  const texts = fc.array(characters, { maxLength: 40 }).map((list) => list.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      assert.equal(fromBase64url(text) !== undefined, canonical(text), JSON.stringify(text));
    }),
    { numRuns: 20_000 },
  );
});

test("one strange character anywhere in a canonical text is enough", () => {
  const places = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), fc.constantFrom(...STRANGE));
  fc.assert(
    fc.property(places, ([bytes, place, strange]) => {
      const text = toBase64url(bytes);
      const at = place % (text.length + 1);
      assert.equal(fromBase64url(text.slice(0, at) + strange + text.slice(at)), undefined);
      assert.equal(fromBase64url(text.slice(0, at) + strange + text.slice(at + 1)), undefined);
    }),
    { numRuns: 20_000 },
  );
});
