import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { freshFolder, LAUNCHER, postForm, refreshWith, signInWith, startHufu, typed } from "../hufu.fixture.ts";

test("--dev signs in with codes of its control endpoint and with made-up ones, for any appid, and leaves nothing", async (t) => {
  const folder = freshFolder(t);
  const temporary = freshFolder(t);
  const args = ["serve", "--dev", "--port", "0", "--client-secret", "a-secret-of-my-own"];
  const server = await startHufu(args, { folder, env: { TMPDIR: temporary } });
  assert.equal(server.issuer, `${server.address}/auth`);
  await until(() => server.written.err.includes("oauth/token -u"));
  const { err } = server.written;
  assert.match(err, /NOT FOR PRODUCTION/);
  assert.match(err, /client {5}backend, secret a-secret-of-my-own/);

  const control = /(http:\S+\/_simulator)/.exec(err)?.[1];
  assert.ok(control !== undefined);
  const issued = await fetch(`${control}/codes`, { method: "POST", body: '{"appId":"wx-any","user":"alice"}' });
  const { code } = (await issued.json()) as { code: string };
  const alice = await signInWith(server.address, code, "wx-any");
  assert.equal(alice.status, 200);
  assert.deepEqual((alice.body["user"] as { roles: string[] }).roles, ["member"]);
  const again = await signInWith(server.address, code, "wx-any");
  assert.equal(again.body["reason"], "login_code_used");
  const bob = await refreshWith(server.address, String(alice.body["refresh_token"]), "wx-any");
  assert.equal(bob.body["reason"], "refresh_token_reused", "the code was presented again, so the session has ended");

  const [one, two] = [
    await signInWith(server.address, "0a1MadeUp", "wx-any"),
    await signInWith(server.address, "0a2MadeUp", "wx-any"),
  ];
  assert.equal(one.status, 200);
  const idOf = ({ body }: typeof one) => (body["user"] as { id: string }).id;
  assert.equal(idOf(one), idOf(two));
  assert.notEqual(idOf(one), idOf(alice));
  assert.equal((await refreshWith(server.address, String(two.body["refresh_token"]), "wx-any")).status, 200);

  const introspection = await postForm(`${server.address}/auth/oauth/introspect`, {
    client_id: "backend",
    client_secret: "a-secret-of-my-own",
    token: String(two.body["access_token"]),
  });
  assert.equal(introspection.body["active"], true);
  assert.equal((await signInWith(server.address, "0a3MadeUp", "backend")).body["error"], "invalid_client");

  server.child.kill("SIGTERM");
  const ended = await server.ended;
  assert.equal(ended.code, 0);
  assert.ok(!ended.out.includes("a-secret-of-my-own") && !ended.out.includes(String(two.body["access_token"])));
  assert.deepEqual(readdirSync(folder), []);
  // Node keeps what the launcher lets it keep of compiled code; nothing of ours stays.
  assert.deepEqual(
    readdirSync(temporary).filter((name) => name !== "node-compile-cache"),
    [],
  );
});

test("--data keeps users and the secret, which only its owner can read", async (t) => {
  const folder = freshFolder(t);
  const args = ["serve", "--dev", "--port", "0", "--data", "kept"];
  const first = await startHufu(args, { folder });
  const one = await signInWith(first.address, "0a1MadeUp", "wx-any");
  first.child.kill("SIGTERM");
  await first.ended;
  assert.equal(statSync(join(folder, "kept", "secret")).mode & 0o777, 0o600);
  assert.ok(existsSync(join(folder, "kept", "hufu.db")));
  assert.ok(!first.written.out.includes(readFileSync(join(folder, "kept", "secret"), "utf8").trim()));
  const second = await startHufu(args, { folder });
  assert.equal((await refreshWith(second.address, String(one.body["refresh_token"]), "wx-any")).status, 200);
});

test("SIGUSR2 logs everything with --dev too, and does not end it", async (t) => {
  const server = await startHufu(["serve", "--dev", "--port", "0"], { folder: freshFolder(t) });
  server.child.kill("SIGUSR2");
  await until(() => server.written.out.includes("SIGUSR2: everything is logged for a while"));
  assert.equal((await signInWith(server.address, "0a1MadeUp", "wx-any")).status, 200);
  await until(() => server.written.out.includes('"msg":"answered"'));
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("--host 0.0.0.0 says what a phone calls and which box to tick; the issuer stays on loopback", async (t) => {
  const folder = freshFolder(t);
  const server = await startHufu(["serve", "--dev", "--port", "0", "--host", "0.0.0.0"], { folder });
  assert.match(server.issuer, /^http:\/\/127\.0\.0\.1:\d+\/auth$/);
  await until(() => server.written.err.includes("HTTPS certificate"));
  assert.match(server.written.err, /不校验合法域名/);
  assert.match(server.written.err, /Does not verify valid domain names/);
  assert.match(server.written.err, /A phone in the same network calls http:|no address in a local network/);
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("a kick, a ban, a role change can be typed into it, and their effects are those of production", async (t) => {
  const server = await startHufu(["serve", "--dev", "--port", "0"], { folder: freshFolder(t) });
  const type = async (line: string, answer: string) => {
    server.child.stdin?.write(`${line}\n`);
    await until(() => server.written.err.includes(answer));
  };
  const one = await signInWith(server.address, "0a1MadeUp", "wx-any");
  const { id } = one.body["user"] as { id: string };
  await type(`roles ${id} member,admin`, `${id}: has the roles: member, admin`);
  const refreshed = await refreshWith(server.address, String(one.body["refresh_token"]), "wx-any");
  assert.deepEqual((refreshed.body["user"] as { roles: readonly string[] }).roles, ["member", "admin"]);
  await type(`kick ${id}`, `${id}: ended 1 session`);
  const kicked = await refreshWith(server.address, String(refreshed.body["refresh_token"]), "wx-any");
  assert.equal(kicked.body["reason"], "session_kicked");
  await type(`ban ${id} spam`, `${id}: banned`);
  assert.equal((await signInWith(server.address, "0a2MadeUp", "wx-any")).body["reason"], "account_banned");
  await type(`unban ${id}`, `${id}: may sign in again`);
  assert.equal((await signInWith(server.address, "0a3MadeUp", "wx-any")).status, 200);
  await type("dance", "write one of: kick USER | ban USER | unban USER | roles USER member,admin");
  await type("kick u_nobody", "kick");
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("what the banner shows an operator works as it is copied, beside the server and with its configuration", async (t) => {
  const folder = freshFolder(t);
  const server = await startHufu(["serve", "--dev", "--port", "0"], { folder });
  await until(() => server.written.err.includes("HTTPS certificate"));
  const lines = server.written.err.split("\n").filter((line) => /^ {4}(?:user=|npx hufu )/.test(line));
  assert.equal(lines.length, 6);
  const signedIn = await signInWith(server.address, "0a1MadeUp", "wx-any");
  const { id } = signedIn.body["user"] as { id: string };
  const npx = `npx() { shift; '${process.execPath}' --conditions=@hufu/source '${LAUNCHER}' "$@"; }`;
  const script = [npx, "set -e", `answer='${JSON.stringify(signedIn.body)}'`, ...lines].join("\n");
  const out = await text(spawn("sh", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] }).stdout);
  assert.match(out, new RegExp(`^user {6}${id}\\n`));
  assert.match(out, /: member → member, admin\n.*: ended 1 session\.\n.*is banned until .*\n.*may sign in again\.\n$/s);
  const kicked = await refreshWith(server.address, String(signedIn.body["refresh_token"]), "wx-any");
  assert.equal(kicked.body["reason"], "session_kicked");
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("a folder that cannot be had, and a secret file that was cut short, stop the start", async (t) => {
  const folder = freshFolder(t);
  const args = ["serve", "--dev", "--port", "0", "--data"];
  const nowhere = await typed([...args, "/dev/null/kept"], { folder });
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.err, /^hufu: --data: the folder \/dev\/null\/kept cannot be used/);
  mkdirSync(join(folder, "kept"));
  writeFileSync(join(folder, "kept", "secret"), "half a sec");
  const cut = await typed([...args, join(folder, "kept")], { folder });
  assert.equal(cut.code, 1);
  assert.match(cut.err, /^hufu: secret is shorter than 32 bytes/);
  assert.ok(!cut.err.includes("half a sec"));
});

test("in production --dev refuses to start, and says what to use", async (t) => {
  const folder = freshFolder(t);
  const { code, out, err } = await typed(["serve", "--dev", "--port", "0"], {
    folder,
    env: { NODE_ENV: "production" },
  });
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /NODE_ENV is production: .*use hufu serve --config FILE/);
  assert.deepEqual(readdirSync(folder), []);
});
