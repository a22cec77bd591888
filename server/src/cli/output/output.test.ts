import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { nearestName } from "../../options/nearest-name.ts";
import { explainFailure } from "./explain-failure.ts";
import { printableJson, printableText } from "./printable.ts";
import { textTable } from "./text-table.ts";
import { durationInWords, instantInWords, relativeToNow } from "./time-in-words.ts";

test("the nearest name is found through slips of the finger, and not through mere chance", () => {
  const names = ["issuer", "audience", "apps", "database", "defaultRoles"];
  assert.equal(nearestName("isuser", names), "issuer");
  assert.equal(nearestName("Audience", names), "audience");
  assert.equal(nearestName("app", names), "apps");
  assert.equal(nearestName("defaultrole", names), "defaultRoles");
  assert.equal(nearestName("zebra", names), undefined);
  assert.equal(nearestName("", names), undefined);
});

test("times are told as people tell them", () => {
  assert.equal(durationInWords(999), "less than a second");
  assert.equal(durationInWords(1000), "1 second");
  assert.equal(durationInWords(3 * 86_400_000 + 5), "3 days");
  assert.equal(relativeToNow(10_000, 10_400), "now");
  assert.equal(relativeToNow(0, 180_000), "3 minutes ago");
  assert.equal(relativeToNow(7_200_000, 0), "in 2 hours");
  assert.equal(instantInWords(0, 60_000), "1970-01-01T00:00:00Z (1 minute ago)");
  assert.match(instantInWords(1e300, 0), /no instant/);
});

test("a stranger's text moves no cursor and hides no word", () => {
  assert.equal(printableText("plain words"), "plain words");
  assert.equal(printableText("a\u001b[2J\u202eb"), '"a\\u001b[2J\\u202eb"');
  assert.equal(printableJson({ a: "\u009b31m\u200b" }), '{\n  "a": "\\u009b31m\\u200b"\n}');
});

test("a refusal names the parameter that is meant", () => {
  const refusal = new HufuError("parameter_invalid", { parameter: "cursor" });
  assert.equal(explainFailure(refusal), "parameter_invalid: cursor");
});

test("columns stand under their titles", () => {
  assert.equal(textTable(["A", "LONG"], [["longer", "x"]]), "A       LONG\nlonger  x\n");
  assert.equal(textTable(["A"], []), "A\n");
});
