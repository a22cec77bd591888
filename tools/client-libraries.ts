// What optional files of the client bundle of other people's code: one plugin for esbuild, and the licences.
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/**
 * TweetNaCl is one function, of which a bundler can drop nothing. Only these parts of it are kept, each from the first text
 * to the second: hashing and signing, unchanged. The rest is encryption, and a random source that phones do not have.
 */
const KEPT_OF_TWEETNACL: readonly (readonly [from: string, to: string])[] = [
  ["(function(nacl) {", "function core_salsa20(o, p, k, c) {"],
  ["function set25519(r, a) {", "function crypto_scalarmult(q, n, p) {"],
  ["var K = [", "nacl.lowlevel = {"],
  ["function checkArrayTypes() {", "function cleanup(arr) {"],
  ["nacl.sign = function(msg, secretKey) {", "nacl.sign.open = function"],
  ["nacl.sign.detached = function(msg, secretKey) {", "nacl.sign.detached.verify = function"],
  ["nacl.sign.keyPair = function() {", "nacl.sign.keyPair.fromSecretKey = function"],
  ["nacl.sign.keyPair.fromSeed = function(seed) {", "nacl.sign.publicKeyLength ="],
  ["nacl.hash = function(msg) {", "nacl.hash.hashLength ="],
];

/** Two powers of BigInts; a tool that makes ES5 of it writes Math.pow, which takes none. */
const POWER = ["2n ** 256n", "1n << 256n"] as const;

/** Members of the platform's side that core and proof file share; no library may use these names. */
export const SHARED_MEMBERS = "later|read|start|write";
const SHARED_MEMBER = new RegExp(`[.?]\\s*(?:${SHARED_MEMBERS})\\b|\\b(?:${SHARED_MEMBERS})\\s*[(:]`);

export const LIBRARIES: Plugin = {
  name: "libraries of the proof file",
  setup(build) {
    build.onLoad({ filter: /[/\\]tweetnacl[/\\]nacl-fast\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const kept = KEPT_OF_TWEETNACL.map(([from, to]) => source.slice(placeOf(source, from), placeOf(source, to)));
      return { contents: withoutShared(`${kept.join("\n")}\n})(module.exports);`), loader: "js" };
    });
    build.onLoad({ filter: /[/\\]@noble[/\\]ed25519[/\\]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      placeOf(source, POWER[0]);
      return { contents: withoutShared(source.replace(...POWER)), loader: "js" };
    });
    build.onLoad({ filter: /[/\\]@stablelib[/\\].*\.js$/ }, ({ path }) => {
      return { contents: withoutShared(readFileSync(path, "utf8")), loader: "js" };
    });
  },
};

function withoutShared(source: string): string {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  const [found] = SHARED_MEMBER.exec(code) ?? [];
  if (found !== undefined) throw new Error(`this library has a member that the build would shorten: ${found}`);
  return source;
}

/** Where a text stands, which must be in one place: another version of a library is looked at by a person first. */
function placeOf(source: string, text: string): number {
  const place = source.indexOf(text);
  if (place === -1 || source.includes(text, place + 1)) throw new Error(`not once in this library: ${text}`);
  return place;
}

const MIT = ` * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
 * files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
 * modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
 * Software is furnished to do so, subject to the following conditions:
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
 * Software.
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
 * WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
 * OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
`;

/** The licences ask that they stand in every copy. */
export const LICENCES = `/*!
 * Contains TweetNaCl.js 1.0.3, in the public domain (https://tweetnacl.js.org), and, under the MIT licence:
 * noble-ed25519, Copyright (c) 2019 Paul Miller (https://paulmillr.com)
 * StableLib SHA-256, Copyright (C) 2016 Dmitry Chestnykh
 *
${MIT}`;
export const SHA256_LICENCE = `/*!
 * Contains StableLib SHA-256, Copyright (C) 2016 Dmitry Chestnykh, under the MIT licence:
 *
${MIT}`;
