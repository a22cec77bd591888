import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "./http-answer.ts";

const WITH_LENGTH = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
const IN_CHUNKS = "HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";

test("an answer with a length is read when all of it is there, and not before", () => {
  for (let cut = 0; cut < WITH_LENGTH.length; cut += 1) assert.equal(readAnswer(WITH_LENGTH.slice(0, cut)), undefined);
  assert.deepEqual(readAnswer(WITH_LENGTH), { status: 200, body: "{}" });
  assert.deepEqual(readAnswer(WITH_LENGTH.toLowerCase().replace("http", "HTTP")), { status: 200, body: "{}" });
});

test("an answer in chunks is read up to the last one", () => {
  assert.equal(readAnswer(IN_CHUNKS.slice(0, -1)), undefined);
  assert.equal(readAnswer(IN_CHUNKS)?.status, 400);
});

test("what is no single answer is an error, never a success", () => {
  assert.throws(() => readAnswer(`${WITH_LENGTH}HTTP`), /more than one/);
  assert.throws(() => readAnswer("HTTP/1.0 200 OK\r\n\r\n"), /no answer/);
  assert.throws(() => readAnswer("HTTP/1.1 200 OK\r\n\r\n"), /neither/);
});
