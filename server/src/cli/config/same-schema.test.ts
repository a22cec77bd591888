import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createHufu } from "../../hufu/create-hufu.ts";
import { freshFolder } from "../hufu.fixture.ts";
import { readConfig } from "./read-config.ts";

const APP = { appId: "wx1", appSecret: "app-secret" };
const CLIENT = { id: "orders", secret: randomBytes(32).toString("hex"), permissions: ["hufu.tokens:introspect"] };

const WRONG: readonly Readonly<Record<string, unknown>>[] = [
  { apps: [{ ...APP, unionscope: null }] },
  { apps: [{ ...APP, signInsPerMinute: 0 }] },
  { apps: [{ ...APP, requireProof: "yes" }] },
  { clients: [{ ...CLIENT, permission: [] }] },
  { clients: [{ ...CLIENT, permissions: ["hufu.token:introspect"] }] },
  { issuer: "http://api.example.com/auth" },
  { secret: ["short"] },
  { secret: undefined },
  { database: undefined },
  { tokens: { access: "25h" } },
  { roles: { member: "order:read" } },
  { retention: { audit: "1h" } },
  { guards: { maxSilence: "1s" } },
  { sessions: { perDeviceType: { fone: 3 } } },
];

test("createHufu and hufu serve refuse the same options in the same words", async (t) => {
  const folder = freshFolder(t);
  for (const change of WRONG) {
    const options: Record<string, unknown> = {
      issuer: "https://api.example.com/auth",
      database: `sqlite:${join(folder, "hufu.db")}`,
      secret: randomBytes(32).toString("hex"),
      apps: [APP],
      ...change,
    };
    const inCode = await refusalOf(() => createHufu(options as never));
    writeFileSync(join(folder, "hufu.json"), JSON.stringify(options));
    const inFile = await refusalOf(() => readConfig("hufu.json", { env: {}, folder }));
    assert.ok(inCode instanceof TypeError, JSON.stringify(change));
    // Only the list of names differs: serve has a few options of its own.
    const words = inCode.message.replace(/; there are .*/, "");
    assert.ok(
      inFile.message.startsWith(`${join(folder, "hufu.json")}: ${words}`),
      `${inCode.message} / ${inFile.message}`,
    );
  }
});

async function refusalOf(work: () => Promise<unknown>): Promise<Error> {
  const error: unknown = await work().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof Error, "nothing was refused");
  return error;
}
