import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { deployment, postForm, refreshWith, startHufu, typed } from "../../server/src/cli/hufu.fixture.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import type { VerifierOptions } from "../../server/src/verify/index.ts";
import { startBalancer } from "../cluster/balancer.ts";
import { shortOrLong } from "./how-long.ts";
import { ASKER } from "./nodes.ts";
import type { Asked, Said } from "./verifying-process.ts";

const NEW_TOKENS = shortOrLong(40, 400);
/** Made-up keys of which the verifier is asked at once. */
const STREAM = 20;
const PROCESS = join(import.meta.dirname, "verifying-process.ts");

interface VerifyingProcess {
  /** `ok`, or the reason of the refusal. */
  check(token: string): Promise<string>;
  /** How often it has heard from the feed. */
  beats(): number;
}

async function startVerifying(t: TestContext, options: VerifierOptions): Promise<VerifyingProcess> {
  const child: ChildProcess = spawn(process.execPath, ["--conditions=@hufu/source", PROCESS, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  assert.ok(child.stdout !== null && child.stdin !== null);
  const { stdin } = child;
  const waiting = new Map<number, (verdict: string) => void>();
  const isReady = new Promise<string>((resolve) => waiting.set(0, resolve));
  let [beats, asked] = [0, 0];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said: Said = JSON.parse(line);
    if ("beats" in said) beats = said.beats;
    else waiting.get(said.number)?.(said.verdict);
  });
  await isReady;
  return {
    beats: () => beats,
    check: (token) =>
      new Promise((resolve) => {
        asked += 1;
        const question: Asked = { number: asked, token };
        waiting.set(asked, resolve);
        stdin.write(`${JSON.stringify(question)}\n`);
      }),
  };
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8")).kid;
}

/** The same token, as if a key that nobody has had signed it. */
function madeUp(token: string, count: number): string {
  const kid = `made-up-${count}`.padEnd(43, "x");
  const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid })).toString("base64url");
  return `${header}.${token.split(".").slice(1).join(".")}`;
}

test("a signing key is revoked while made-up keys keep a verifier's look-ups busy: no good token is 401, no old one lives on", async (t) => {
  const ports: number[] = [];
  const balancer = await startBalancer(() => ports);
  t.after(() => balancer.close());
  const issuer = `http://127.0.0.1:${balancer.port}/auth`;
  const where = await deployment(t, {
    issuer,
    clients: [{ id: ASKER[0], secret: ASKER[1], permissions: ["hufu.revocations:read"] }],
  });
  const nodes = [
    await startHufu(["serve", "--config", "hufu.json"], where),
    await startHufu(["serve", "--config", "hufu.json"], where),
  ];
  ports.push(...nodes.map(({ address }) => Number(new URL(address).port)));
  const [one, two] = nodes.map(({ address }) => address);
  assert.ok(one !== undefined && two !== undefined);
  const verifying = await startVerifying(t, {
    issuer,
    audience: "https://api.example.com",
    feed: { clientId: ASKER[0], clientSecret: ASKER[1] },
  });
  const { body } = await postForm(`${one}/auth/oauth/token`, {
    grant_type: "urn:hufu:grant-type:login-code",
    client_id: "wx-demo",
    code: where.platform.issueCode({ user: "alice" }),
  });
  const old = String(body["access_token"]);
  const leaked = kidOf(old);
  assert.equal(await verifying.check(old), "ok");

  let isOver = false;
  const strangers: string[] = [];
  const stream = Array.from({ length: STREAM }, async (_, lane) => {
    for (let count = 0; !isOver; count += 1) strangers.push(await verifying.check(madeUp(old, count * STREAM + lane)));
  });
  await until(() => strangers.length > STREAM);

  const revoked = await typed(["keys", "revoke", leaked, "--config", "hufu.json"], where);
  assert.equal(revoked.code, 0, revoked.err);
  const [beatsBefore, revokedAt] = [verifying.beats(), performance.now()];
  let diedAfter: number | undefined;
  const death = (async () => {
    // A beat that is on its way may follow an earlier reading; the two after it cannot.
    while (diedAfter === undefined) {
      const beats = verifying.beats();
      const verdict = await verifying.check(old);
      if (verdict !== "ok") diedAfter = performance.now() - revokedAt;
      assert.ok(
        verdict === "token_revoked" || beats < beatsBefore + 3,
        `${verdict} after ${beats - beatsBefore} beats`,
      );
    }
  })();

  const verdicts = new Map<string, number>();
  let refreshToken = String(body["refresh_token"]);
  for (let fresh = 0; fresh < NEW_TOKENS; ) {
    const answer = await refreshWith(fresh % 2 === 0 ? one : two, refreshToken);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    refreshToken = String(answer.body["refresh_token"]);
    const token = String(answer.body["access_token"]);
    // A node that has not heard yet signs with the old key for a moment.
    if (kidOf(token) === leaked) continue;
    fresh += 1;
    const verdict = await verifying.check(token);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    assert.ok(verdict === "ok" || verdict === "revocations_unknown", `a good token: ${verdict}`);
  }
  await death;
  isOver = true;
  await Promise.all(stream);
  assert.deepEqual(
    [...new Set(strangers)].filter((one) => !/^(?:token_signature|revocations_unknown)$/.test(one)),
    [],
  );
  assert.equal(await verifying.check(old), "token_revoked");
  for (const address of [one, two]) {
    const me = await fetch(`${address}/auth/me`, { headers: { authorization: `Bearer ${old}` } });
    assert.equal(me.headers.get("hufu-reason"), "token_revoked");
  }
  t.diagnostic(
    `tokens of the old key died ${Math.round(diedAfter ?? 0)} ms after the command; ${strangers.length} made-up keys; new tokens: ${JSON.stringify([...verdicts])}`,
  );
});
