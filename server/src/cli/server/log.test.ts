import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { createLog } from "./log.ts";

/** The lines that a log wrote, parsed and as they are. */
function written(write: (log: ReturnType<typeof createLog>) => void): {
  lines: Record<string, unknown>[];
  text: string;
} {
  let text = "";
  write(
    createLog("debug", {
      take(bytes) {
        text += bytes.toString();
        return bytes.length;
      },
      pending: () => 0,
    }),
  );
  return {
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    text,
  };
}

const SECRET = "nobody-may-read-this";
const NAMES = [
  "authorization",
  "Authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "code",
  "phone_code",
  "js_code",
  "refresh_token",
  "access_token",
  "refreshToken",
  "session_key",
  "sessionKey",
  "appSecret",
  "secret",
  "secrets",
  "client_secret",
  "password",
  "DPoP",
  "privateKey",
  "token",
];

test("what is named like a secret is hidden, at any depth", () => {
  for (const name of NAMES) {
    const { text } = written((log) => {
      log.info({ [name]: SECRET }, "flat");
      log.info({ request: { headers: { [name]: SECRET } }, list: [{ [name]: [SECRET] }] }, "deep");
      log.info({ cause: new Map([[name, SECRET]]), number: { [name]: 123_456 } }, "map");
    });
    assert.ok(!text.includes(SECRET) && !text.includes("123456"), name);
    assert.ok(text.includes("[hidden]"), name);
  }
});

test("what looks like a token or a credential is hidden wherever it stands", () => {
  const refresh = `hr1.${"A".repeat(118)}`;
  const access = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1XzEifQ.c2lnbmF0dXJlLW9mLXRoaXM";
  const { text, lines } = written((log) => {
    log.warn({ note: `got ${refresh}` }, `and ${access}`);
    log.warn({ err: new Error(`GET /sns/jscode2session?appid=wx1&secret=${SECRET}&js_code=${SECRET}2`) }, "failed");
    log.warn({ header: `Bearer ${SECRET}` }, `Basic ${SECRET}`);
    log.warn({ pem: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----` }, "pem");
  });
  for (const secret of [refresh, access, SECRET, "c2lnbmF0dXJl"]) assert.ok(!text.includes(secret), text);
  assert.equal(lines.length, 4);
  assert.match(text, /appid=wx1/);
});

test("an error keeps what an operator needs: type, reason, detail, the system's code and every cause", () => {
  const system = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", config: { secret: SECRET } });
  const foreign = Object.assign(new Error("no"), { code: "0a1LoginCode", cause: system });
  const { lines, text } = written((log) => {
    log.error(
      {
        err: new HufuError("platform_unavailable", { detail: "the socket closed", cause: foreign }),
        request_id: "r-1",
      },
      "sign-in",
    );
    log.error({ inner: { cause: new AggregateError([system], "all failed") } }, "deep");
  });
  const [line] = lines;
  assert.equal(line?.["level"], "error");
  assert.equal(line?.["request_id"], "r-1");
  const err = line?.["err"] as Record<string, unknown>;
  assert.deepEqual(
    [err["type"], err["reason"], err["detail"]],
    ["HufuError", "platform_unavailable", "the socket closed"],
  );
  const cause = err["cause"] as Record<string, unknown>;
  assert.equal("code" in cause, false);
  assert.equal((cause["cause"] as Record<string, unknown>)["code"], "ECONNREFUSED");
  assert.ok(!text.includes(SECRET) && !text.includes("0a1LoginCode"));
});

test("nothing that is logged can break the log", () => {
  const circle: Record<string, unknown> = { bytes: Buffer.from(SECRET), big: 10n, none: undefined, call: () => SECRET };
  circle["self"] = circle;
  let deep: unknown = SECRET;
  for (let level = 0; level < 50; level += 1) deep = { deep };
  const { lines, text } = written((log) => {
    log.info(circle, "circle");
    log.info({ deep, when: new Date(0), where: new URL("https://x.example/a"), set: new Set([1]) }, "deep");
    log.info({ ["__proto__"]: { polluted: true } }, "proto");
  });
  assert.equal(lines.length, 3);
  assert.equal(lines[0]?.["bytes"], `[${SECRET.length} bytes]`);
  assert.ok(!text.includes(SECRET));
  assert.equal(lines[1]?.["when"], "1970-01-01T00:00:00.000Z");
});
