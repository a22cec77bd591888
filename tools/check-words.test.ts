import assert from "node:assert/strict";
import { test } from "node:test";
import { findInFile, findRefusedWords } from "./check-words.ts";
import { CHINESE, ENGLISH } from "./words.ts";

const wordsOf = (text: string): string[] => findRefusedWords(text).map(({ found }) => found);

test("every word of both tables is found in a sentence", () => {
  for (const { words } of [...ENGLISH, ...CHINESE]) {
    assert.ok(wordsOf(`One ${words} here.`).includes(words), words);
  }
});

test("a word is found with a capital, in the plural, across a line break and inside an identifier", () => {
  assert.deepEqual(wordsOf("Doors, DOOR; doorOf(inDoor, front-door, seeded_dice)"), [
    "Doors",
    "DOOR",
    "door",
    "Door",
    "door",
    "dice",
  ]);
  assert.deepEqual(wordsOf("told\nof it"), ["told\nof"]);
});

test("a word inside another word is no finding", () => {
  assert.deepEqual(wordsOf("bedrooms, warehouse, heedless, indoors, dicey, worldwide, untold offers"), []);
});

test("a platform's own term is no finding", () => {
  assert.deepEqual(wordsOf("Hello, world 开发者工具的模拟器 已被封禁"), []);
  assert.deepEqual(wordsOf("world 模拟器 被封"), ["world", "模拟器", "被封"]);
});

test("a finding names its line and what to write instead", () => {
  const [finding] = findRefusedWords("one\ntwo\nfor want of a word");
  assert.deepEqual(finding, { line: 3, found: "for want of", instead: "because … is missing" });
});

test("a file's path is checked, binary content is not", () => {
  assert.deepEqual(
    findInFile("test/weather.png", Buffer.from("\0 whoever")).map(({ line, found }) => [line, found]),
    [[0, "weather"]],
  );
  assert.deepEqual(findInFile("tools/words.ts", Buffer.from("whoever")), []);
});
