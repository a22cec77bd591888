import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { until } from "../../server/src/core/until.fixture.ts";
import { ROOT } from "../run-command.ts";

const FOLDER = join(ROOT, "deploy/systemd");
const UNITS = readdirSync(FOLDER).filter((name) => /\.(?:service|timer)$/.test(name));
/** As `systemd-analyze security` counts, 0 is closed and 10 is open. */
const MOST_EXPOSED = 2;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hufu-systemd-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The line of a unit that begins so. */
function setting(unit: string, name: string): string {
  const found = new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1];
  assert.ok(found !== undefined, name);
  return found;
}

test("systemd accepts the units, and finds the services well closed", (t) => {
  const folder = folderOf(t);
  for (const name of UNITS) {
    const unit = readFileSync(join(FOLDER, name), "utf8").replace("/usr/bin/node", process.execPath);
    writeFileSync(join(folder, name), unit);
  }
  const paths = UNITS.map((name) => join(folder, name));
  // It writes its messages to standard error, even on success.
  execFileSync("sh", [
    "-c",
    'out=$(systemd-analyze verify "$@" 2>&1) && [ -z "$out" ] || { echo "$out" >&2; exit 1; }',
    "sh",
    ...paths,
  ]);
  for (const path of paths.filter((one) => one.endsWith(".service"))) {
    const said = execFileSync("systemd-analyze", ["security", "--offline=true", "--no-pager", path], {
      encoding: "utf8",
    });
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    t.diagnostic(`${path.slice(folder.length + 1)}: ${exposure}`);
    assert.ok(exposure <= MOST_EXPOSED, said);
  }
});

test("what the unit starts serves with its configuration, survives a reload and stops in time", async (t) => {
  const folder = folderOf(t);
  const unit = readFileSync(join(FOLDER, "hufu.service"), "utf8");
  for (const name of ["hufu_secret", "wx_secret", "orders_secret"]) {
    writeFileSync(join(folder, name), randomBytes(32).toString("hex"));
  }
  const config = readFileSync(join(FOLDER, "hufu.json"), "utf8")
    .replaceAll("/etc/hufu/secrets/", `${folder}/`)
    .replace('"port": 8080 }', '"port": 0 }, "drain": "0s"');
  writeFileSync(join(folder, "hufu.json"), config);
  const [, ...words] = setting(unit, "ExecStart").split(" ");
  const args = words.map((word) =>
    word
      .replace("/opt/hufu/node_modules/hufu/", `${ROOT}/server/`)
      .replace("/etc/hufu/hufu.json", join(folder, "hufu.json")),
  );
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    HUFU_ISSUER: "https://api.example.com/auth",
    HUFU_DATABASE: `sqlite:${join(folder, "hufu.db")}`,
    WX_APPID: "wx0123456789abcdef",
  };
  const child = spawn(process.execPath, ["--conditions=@hufu/source", ...args], { cwd: folder, env });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece) => {
      said += piece;
    });
  }
  const ended = once(child, "exit");
  await until(() => said.includes('"msg":"listening"') || child.exitCode !== null);
  assert.equal(child.exitCode, null, said);
  const { address } = JSON.parse(said.split("\n").find((line) => line.includes('"msg":"listening"')) ?? "{}");
  assert.equal((await fetch(`${address}/auth/readyz`)).status, 200);

  assert.equal(setting(unit, "ExecReload"), "/bin/kill -HUP $MAINPID");
  const before = said.length;
  child.kill("SIGHUP");
  await until(() => said.slice(before).includes("configuration"));
  assert.equal((await fetch(`${address}/auth/readyz`)).status, 200);

  const from = performance.now();
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  assert.ok(performance.now() - from < Number(setting(unit, "TimeoutStopSec")) * 1000);
});
