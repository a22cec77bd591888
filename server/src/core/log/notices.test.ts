import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Logger } from "./log.ts";
import { createNotices, NOTICE_KINDS } from "./notices.ts";

function recorded(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  return { log: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") }, lines };
}

test("each kind is written once a minute, with what was left out, and counted every time", () => {
  const { log, lines } = recorded();
  let elapsed = 0;
  const notices = createNotices({ log, clock: { now: () => 0, monotonic: () => elapsed } });
  for (let time = 0; time < 3; time += 1) notices.warn("host_unavailable", { time }, "resolveUser failed");
  notices.error("internal_error", {}, "an error");
  elapsed = 59_999;
  notices.warn("host_unavailable", { time: 3 }, "resolveUser failed");
  elapsed = 60_000;
  notices.warn("host_unavailable", { time: 4 }, "resolveUser failed");
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("debug")),
    [
      'warn resolveUser failed {"time":0,"kind":"host_unavailable"}',
      'error an error {"kind":"internal_error"}',
      'warn resolveUser failed {"time":4,"kind":"host_unavailable","not_written_since":3}',
    ],
  );
  assert.equal(lines.filter((line) => line.startsWith("debug")).length, 3, "nothing is lost at level debug");
  assert.deepEqual(notices.counts(), { host_unavailable: 5, internal_error: 1 });
});

test("the guide says in both languages what each kind means and what to do", () => {
  for (const page of ["operations.md", "operations.zh-CN.md"]) {
    const text = readFileSync(join(import.meta.dirname, "../../../../docs/guides", page), "utf8");
    const missing = NOTICE_KINDS.filter((kind) => !text.includes(`\`${kind}\``) && !text.includes(`kind: ${kind}`));
    assert.deepEqual(missing, [], page);
  }
});
