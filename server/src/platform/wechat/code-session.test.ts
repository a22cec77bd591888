import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import {
  appAt,
  everythingIn,
  hangs,
  openEnvironment,
  type Reply,
  resets,
  SECRET,
  says,
} from "./scripted-wechat.fixture.ts";

const CODE = "code-of-the-tests-0123456789abcd";
const OK = { session_key: "c2Vzc2lvbi1rZXktdGVzdA==", openid: "o-user" };
const INVALID = { errcode: 40029, errmsg: "invalid code, rid: 626d6eea-742b9141-407c26f8" };
const USED = { errcode: 40163, errmsg: "code been used, rid: 626d6eea-742b9141-407c26f8" };
const BUSY = { errcode: -1, errmsg: "system error" };

const refusedWith = (reason: Reason, retryAfter?: number) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  assert.equal(error.retryAfter, retryAfter);
  return true;
};

async function refusedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test("asks by GET with the four parameters and nothing else", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(says(OK));
  await environment.wechat.exchange(environment.app, "a+b/c=&d%20?#");
  const request = environment.seen[0];
  assert.equal(request?.method, "GET");
  assert.equal(request?.path, "/sns/jscode2session");
  assert.equal(request?.body, "");
  assert.deepEqual(Object.fromEntries(request?.query ?? []), {
    appid: "wx-app",
    secret: SECRET,
    js_code: "a+b/c=&d%20?#",
    grant_type: "authorization_code",
  });
});

const SUCCESSES: readonly [string, unknown, string | null, string | null][] = [
  ["without an errcode", OK, null, OK.session_key],
  ["with errcode 0", { errcode: 0, errmsg: "ok", ...OK }, null, OK.session_key],
  ['with errcode "0" and expires_in', { errcode: "0", expires_in: 7200, ...OK }, null, OK.session_key],
  ["with a unionid", { ...OK, unionid: "u-one" }, "u-one", OK.session_key],
  ["with an empty unionid", { ...OK, unionid: "" }, null, OK.session_key],
  ["with a unionid that is no text", { ...OK, unionid: 7 }, null, OK.session_key],
  ["without a session_key", { openid: "o-user" }, null, null],
];
for (const [name, body, unionid, sessionKey] of SUCCESSES) {
  test(`an openid is a success: ${name}`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(says(body));
    assert.deepEqual(await environment.wechat.exchange(environment.app, CODE), {
      openid: "o-user",
      unionid,
      sessionKey,
    });
  });
}

test("a compressed answer and a JSON content type are understood as well", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(
    (_request, response) =>
      void response
        .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync(JSON.stringify(OK))),
  );
  assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
});

const REFUSALS: readonly [string, Reply, Reason, number | undefined][] = [
  ["40029", says(INVALID), "login_code_invalid", undefined],
  ["40029 as text", says({ ...INVALID, errcode: "40029" }), "login_code_invalid", undefined],
  ["40029 with status 400", says(INVALID, 400), "login_code_invalid", undefined],
  ["40163", says(USED), "login_code_used", undefined],
  ["40226", says({ errcode: 40226, errmsg: "code blocked" }), "platform_blocked", undefined],
  ["45011", says({ errcode: 45011, errmsg: "minute-quota" }), "platform_rate_limited", 60],
  ["40013", says({ errcode: 40013, errmsg: "invalid appid" }), "platform_misconfigured", undefined],
  ["40125", says({ errcode: 40125, errmsg: "invalid appsecret" }), "platform_misconfigured", undefined],
  ["an errcode never heard of", says({ errcode: 77777 }), "platform_misconfigured", undefined],
  ["an openid beside an errcode", says({ ...OK, errcode: 40029 }), "login_code_invalid", undefined],
  ["HTML", says("<html>Bad Gateway</html>", 502, "text/html"), "platform_unavailable", 2],
  ["HTML with status 200", says("<html></html>"), "platform_unavailable", 2],
  ["half a JSON", says('{"openid":"o-us'), "platform_unavailable", 2],
  ["an empty body", says(""), "platform_unavailable", 2],
  ["a JSON list", says([OK]), "platform_unavailable", 2],
  ["null", says("null"), "platform_unavailable", 2],
  ["an empty object", says({}), "platform_unavailable", 2],
  ["errcode 0 without an openid", says({ errcode: 0, errmsg: "ok" }), "platform_unavailable", 2],
  ["an errcode that is no number", says({ ...OK, errcode: "none" }), "platform_unavailable", 2],
  ["an empty openid", says({ ...OK, openid: "" }), "platform_unavailable", 2],
  ["an openid that is no text", says({ ...OK, openid: 5 }), "platform_unavailable", 2],
  ["an openid with a line break", says({ ...OK, openid: "o\nx" }), "platform_unavailable", 2],
  ["a monstrous openid", says({ ...OK, openid: "o".repeat(129) }), "platform_unavailable", 2],
  ["status 500 with an openid", says(OK, 500), "platform_unavailable", 2],
  ["more than 64 KiB", says({ ...OK, pad: "x".repeat(66_000) }), "platform_unavailable", 2],
  [
    "bytes that are no UTF-8",
    (_, response) => void response.end(Buffer.from([0x7b, 0xff, 0x7d])),
    "platform_unavailable",
    2,
  ],
];
for (const [name, reply, reason, retryAfter] of REFUSALS) {
  test(`${name} is ${reason}, and is not asked again`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(reply, says(OK));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith(reason, retryAfter));
    assert.equal(environment.seen.length, 1);
  });
}

test("a redirect is not followed: the secret goes nowhere else", async (t) => {
  const environment = await openEnvironment(t);
  environment.script((_request, response) => void response.writeHead(302, { location: "/elsewhere" }).end(), says(OK));
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  assert.equal(environment.seen.length, 1);
});

test("a malformed code never travels", async (t) => {
  const environment = await openEnvironment(t);
  for (const code of ["", " ", "a b", "a\n", "é", "\u0000", "x".repeat(257)]) {
    assert.equal(environment.wechat.isCode(code), false, JSON.stringify(code));
    await assert.rejects(environment.wechat.exchange(environment.app, code), refusedWith("login_code_invalid"));
  }
  assert.ok(environment.wechat.isCode("x".repeat(256)));
  assert.ok(environment.wechat.isCode(CODE));
  assert.equal(environment.seen.length, 0);
});

for (const [name, first] of [
  ["−1", says(BUSY)],
  ["a reset", resets],
] as const) {
  test(`${name}, then an answer: the user is signed in`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(first, says(OK));
    assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
    assert.equal(environment.seen.length, 2);
  });

  test(`${name}, then 40163: our own first try burnt the code, and the client gets a new one`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(first, says(USED));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("login_code_used"));
    assert.ok(environment.logs.some(({ message }) => message.includes("our own first try")));
  });

  test(`${name} twice is platform_unavailable after two tries, never three`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(first, first, says(OK));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
    assert.equal(environment.seen.length, 2);
  });
}

test("a plain 40163 is not blamed on ourselves", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(says(USED));
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("login_code_used"));
  assert.ok(!environment.logs.some(({ message }) => message.includes("our own first try")));
});

test("no answer within five seconds is asked once more; ten seconds are the end", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(hangs, hangs);
  const exchange = environment.wechat.exchange(environment.app, CODE);
  await environment.arrived(1);
  assert.deepEqual(
    environment.deadlines.map(({ ms }) => ms),
    [10_000, 5000],
  );
  environment.deadlines[1]?.pass();
  await environment.arrived(2);
  environment.deadlines[0]?.pass();
  await assert.rejects(exchange, refusedWith("platform_unavailable", 2));
  assert.equal(environment.seen.length, 2);
});

test("when the sign-in's deadline has passed there is no second try", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(hangs, says(OK));
  const exchange = environment.wechat.exchange(environment.app, CODE);
  await environment.arrived(1);
  environment.deadlines[0]?.pass();
  await assert.rejects(exchange, refusedWith("platform_unavailable", 2));
  assert.equal(environment.seen.length, 1);
});

test("a body that stalls half-way counts as no answer", async (t) => {
  const environment = await openEnvironment(t);
  environment.script((_request, response) => void response.writeHead(200).write('{"openid":'), says(OK));
  const exchange = environment.wechat.exchange(environment.app, CODE);
  await environment.arrived(1);
  environment.deadlines[1]?.pass();
  assert.equal((await exchange).openid, "o-user");
});

test("even a fetch that ignores its signal cannot outlast the deadline", async (t) => {
  const never = new Promise<never>(() => undefined);
  const environment = await openEnvironment(t, { fetch: () => never });
  const exchange = environment.wechat.exchange(environment.app, CODE);
  environment.deadlines[0]?.pass();
  await assert.rejects(exchange, refusedWith("platform_unavailable", 2));
});

test("a refused connection is tried twice, and is the platform's fault", async (t) => {
  let calls = 0;
  const counting = (url: string, init: RequestInit) => {
    calls += 1;
    return fetch(url, init);
  };
  const environment = await openEnvironment(t, { fetch: counting, endpoint: await refusedPort() });
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  assert.equal(calls, 2);
  assert.equal(environment.logs[0]?.fields["fault"], "unreachable");
});

test("a 40163 after a try that never arrived is the doing of another client", async (t) => {
  const away = await refusedPort();
  let calls = 0;
  const late = (url: string, init: RequestInit) => fetch(calls++ === 0 ? away : url, init);
  const environment = await openEnvironment(t, { fetch: late });
  environment.script(says(USED));
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("login_code_used"));
  assert.ok(!environment.logs.some(({ message }) => message.includes("our own first try")));
});

test("five sign-ins without an answer open the breaker, ten seconds later one tries again", async (t) => {
  const environment = await openEnvironment(t);
  for (let i = 0; i < 5; i++) {
    // Two requests each, counted once.
    environment.script(resets, says(BUSY));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  }
  assert.equal(environment.seen.length, 10);
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 10));
  assert.equal(environment.seen.length, 10);
  environment.script(says(OK));
  assert.equal((await environment.wechat.exchange({ ...environment.app, id: "another" }, CODE)).openid, "o-user");
  environment.advance(10_000);
  environment.script(hangs, says(OK), says(OK));
  const probe = environment.wechat.exchange(environment.app, CODE);
  await environment.arrived(12);
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 1));
  environment.deadlines.at(-1)?.pass();
  await probe;
  assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
});

test("unreadable answers open the breaker too", async (t) => {
  const environment = await openEnvironment(t);
  for (let i = 0; i < 5; i++) {
    environment.script(says("<html></html>"));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  }
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 10));
});

test("error codes never open the breaker and are never latched", async (t) => {
  const environment = await openEnvironment(t);
  for (const errcode of [40029, 40163, 40226, 45011, 40013, 40125, 77777]) {
    for (let i = 0; i < 6; i++) {
      environment.script(says({ errcode, errmsg: "no" }));
      await assert.rejects(environment.wechat.exchange(environment.app, CODE));
    }
    environment.script(says(OK));
    assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
  }
});

test("an error code between failures closes the count", async (t) => {
  const environment = await openEnvironment(t);
  for (let i = 0; i < 4; i++) {
    environment.script(says("<html></html>"));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE));
  }
  environment.script(says(INVALID), says("<html></html>"), says(OK));
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("login_code_invalid"));
  await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
});

test("rid, in both of WeChat's spellings, is logged with the errcode, at the level that fits", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(
    says(INVALID),
    says({ errcode: 40013, errmsg: "invalid appid, hints: [ req_id: Nebb.a0571th31 ]" }),
    says({ errcode: 45011, errmsg: "no id here" }),
  );
  for (let i = 0; i < 3; i++) await assert.rejects(environment.wechat.exchange(environment.app, CODE));
  assert.deepEqual(
    environment.logs.map(({ level, fields }) => [level, fields["call"], fields["errcode"], fields["rid"]]),
    [
      ["info", "jscode2session", 40029, "626d6eea-742b9141-407c26f8"],
      ["error", "jscode2session", 40013, "Nebb.a0571th31"],
      ["warn", "jscode2session", 45011, undefined],
    ],
  );
});

test("no error and no log line repeats the code, the secret or the session_key", async (t) => {
  const environment = await openEnvironment(t);
  const echo = `${CODE} ${SECRET} rid: ${CODE} req_id: ${CODE}`;
  const quoting = says({ errcode: 40013, errmsg: echo, openid: CODE });
  const replies = [quoting, says({ errcode: echo }), says(echo), says({ ...OK, openid: "" }), says(INVALID), says(OK)];
  environment.script(...replies);
  const texts: string[] = [];
  for (const _ of replies) {
    await environment.wechat.exchange(environment.app, CODE).catch((error: unknown) => texts.push(everythingIn(error)));
  }
  for (const endpoint of [await refusedPort(), "http://[not-a-host", "http://127.0.0.1:0"]) {
    const app = appAt(endpoint, "elsewhere");
    await environment.wechat.exchange(app, CODE).catch((error: unknown) => texts.push(everythingIn(error)));
  }
  assert.equal(texts.length, 8);
  const all = `${texts.join("\n")}\n${JSON.stringify(environment.logs)}`;
  for (const secret of [CODE, SECRET, OK.session_key]) assert.ok(!all.includes(secret), secret);
});

test("a code whose text upsets the platform or a proxy never opens the breaker", async (t) => {
  const environment = await openEnvironment(t);
  for (const code of ["<script>", "a'or'1'='1", "../../etc/passwd", "x".repeat(200)]) {
    for (const reply of [says("<html></html>", 502), says("<html></html>")]) {
      for (let i = 0; i < 6; i++) {
        environment.script(reply);
        await assert.rejects(
          environment.wechat.exchange(environment.app, code),
          refusedWith("platform_unavailable", 2),
        );
      }
    }
  }
  for (let i = 0; i < 6; i++) {
    environment.script(says("<html>Forbidden</html>", 403));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
  }
  environment.script(says(OK));
  assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
});

function failing(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
}

test("a lack of this process's own resources is an outage that opens no breaker and is not retried", async (t) => {
  for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL"]) {
    let asked = 0;
    const environment = await openEnvironment(t, {
      fetch: async () => {
        asked += 1;
        throw failing(code);
      },
    });
    for (let i = 0; i < 6; i++) {
      await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_unavailable", 2));
    }
    assert.equal(asked, 6, code);
    assert.equal(environment.logs.at(-1)?.level, "error");
    assert.match(String(environment.logs.at(-1)?.fields["advice"]), /limit of open files/);
  }
});

test("a certificate that is not trusted is platform_misconfigured, is not retried and names what to do", async (t) => {
  for (const [code, advice] of [
    ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
    ["CERT_HAS_EXPIRED", /expired.*clock/],
    ["CERT_NOT_YET_VALID", /clock/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /another name/],
    ["EPROTO", /scheme and port/],
  ] as const) {
    let asked = 0;
    const environment = await openEnvironment(t, {
      fetch: async () => {
        asked += 1;
        throw failing(code);
      },
    });
    for (let i = 0; i < 6; i++) {
      await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_misconfigured"));
    }
    assert.equal(asked, 6, code);
    const { level, fields } = environment.logs.at(-1) ?? assert.fail("no log line");
    assert.equal(level, "error");
    assert.equal(fields["detail"], code);
    assert.equal(fields["endpoint"], environment.app.endpoint);
    assert.match(String(fields["advice"]), advice);
  }
});

test("mistakes that stay are not retried, and the log says what to do, with the address to enter", async (t) => {
  const environment = await openEnvironment(t);
  const refusals: readonly (readonly [number, string, RegExp, string | undefined])[] = [
    [40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist, rid: 1", /IP白名单/, "203.0.113.7"],
    [40125, "invalid appsecret, rid: 1", /appSecret is wrong/, undefined],
    [40013, "invalid appid, rid: 1", /appId is wrong/, undefined],
    [40243, "AppSecret is frozen", /appSecret is frozen/, undefined],
  ];
  for (const [errcode, errmsg, advice, address] of refusals) {
    environment.script(says({ errcode, errmsg }));
    await assert.rejects(environment.wechat.exchange(environment.app, CODE), refusedWith("platform_misconfigured"));
    const { level, fields } = environment.logs.at(-1) ?? assert.fail("no log line");
    assert.equal(level, "error");
    assert.match(String(fields["advice"]), advice);
    assert.equal(fields["address"], address);
  }
  assert.equal(environment.seen.length, refusals.length);
});

test("calls beyond the bound wait in line, then answer 503, and open no breaker", async (t) => {
  const environment = await openEnvironment(t, { callsMost: 2 });
  environment.script(hangs, hangs, says(OK));
  const slow = [1, 2].map(() => environment.wechat.exchange(environment.app, CODE));
  await environment.arrived(2);
  const waiting = Array.from({ length: 7 }, () => environment.wechat.exchange(environment.app, CODE));
  const inLine = (): typeof environment.deadlines => environment.deadlines.filter(({ ms }) => ms === 2000);
  for (let turns = 0; inLine().length < waiting.length && turns < 1000; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { pass } of inLine()) pass();
  for (const refused of waiting) await assert.rejects(refused, refusedWith("platform_unavailable", 2));
  assert.equal(environment.seen.length, 2);
  for (const { ms, pass } of environment.deadlines) if (ms === 10_000) pass();
  for (const refused of slow) await assert.rejects(refused, refusedWith("platform_unavailable", 2));
  assert.equal((await environment.wechat.exchange(environment.app, CODE)).openid, "o-user");
});
