import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type MaintainedHufu, serving, stack } from "../maintained-hufu.fixture.ts";
import { planRoles, planText } from "./role-plan.ts";

const ROLES = { member: ["order:read:own"], editor: ["article:write"] };

async function served(t: TestContext, rolesFrom = "hufu"): Promise<MaintainedHufu> {
  const where = await stack(t, { rolesFrom, roles: ROLES, defaultRoles: ["member"] });
  await serving(t, where);
  return where;
}

async function listed(where: MaintainedHufu): Promise<Readonly<Record<string, readonly string[]>>> {
  const { out } = await where.type("roles", "list", "--json");
  return JSON.parse(out).roles;
}

test("a plan has what differs, and removes only if asked to", () => {
  const stored = {
    roles: new Map([
      ["member", ["a:read"]],
      ["old", ["b:read"]],
      ["same", ["c:read"]],
    ]),
  };
  const wanted = new Map([
    ["member", ["a:read", "a:write"]],
    ["new", ["d:read"]],
    ["same", ["c:read"]],
  ]);
  assert.equal(
    planText(planRoles(stored, wanted, false)),
    "change member\n  + a:write\ncreate new\n  + d:read\nnot in the file, and stay: old (--remove removes them)\n",
  );
  assert.equal(
    planText(planRoles(stored, wanted, true)),
    "change member\n  + a:write\ncreate new\n  + d:read\nremove old\n  - b:read\n",
  );
});

test("what list prints can be changed and applied, after the plan was shown and agreed to", async (t) => {
  const where = await served(t);
  const { out } = await where.type("roles", "list", "--json");
  const file = join(where.folder, "roles.json");
  const changed = {
    ...JSON.parse(out),
    roles: { member: ["order:create", "order:read:own"], auditor: ["hufu.audit:read"] },
  };
  // As PowerShell's > writes it.
  writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(JSON.stringify(changed), "utf16le")]));
  const diff = await where.type("roles", "diff", file);
  assert.equal(
    diff.out,
    "change member\n  + order:create\ncreate auditor\n  + hufu.audit:read\nnot in the file, and stay: editor (--remove removes them)\n",
  );
  const refused = await where.type("roles", "apply", file);
  assert.equal(refused.code, 1);
  assert.match(
    refused.err,
    /create auditor[\s\S]*This changes 2 roles for all who have them\. Nobody can be asked here/,
  );
  assert.deepEqual(await listed(where), ROLES);
  assert.equal((await where.type("roles", "apply", file, "--yes")).out, "Changed 2 roles.\n");
  assert.deepEqual(await listed(where), { ...changed.roles, editor: ROLES.editor });
  assert.match((await where.type("roles", "apply", file, "--yes")).out, /Nothing differs; nothing was changed\.\n$/);
  assert.equal((await where.type("roles", "apply", file, "--yes", "--remove")).out, "Changed 1 role.\n");
  assert.deepEqual(await listed(where), changed.roles);
});

test("a file that is wrong changes nothing, whichever of its roles it is", async (t) => {
  const where = await served(t);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["[]", /is not a JSON object/],
    ['{"member":["order:read"],"member":[]}', /names a member twice/],
    ['{"member":"order:read"}', /"member" must be a list of permissions/],
    ['{"member":["order:read"],"bad name":[]}', /"bad name" is no name of a role/],
    ['{"member":["order:read"],"editor":["Article"]}', /role "editor": /],
    ['{"member":["order:read"],"editor":["hufu.user:read"]}', /role "editor": /],
  ];
  for (const [text, message] of cases) {
    writeFileSync(join(where.folder, "roles.json"), text);
    const { code, err } = await where.type("roles", "apply", join(where.folder, "roles.json"), "--yes");
    assert.equal(code, 1, text);
    assert.match(err, message);
  }
  assert.deepEqual(await listed(where), ROLES);
  assert.match((await where.type("roles", "diff", "nowhere.json")).err, /nowhere\.json does not exist/);
});

test("set changes one role; where the configuration owns roles nothing does", async (t) => {
  const where = await served(t);
  const set = await where.type("roles", "set", "editor", "article:read", "article:write:own");
  assert.match(set.out, /^editor allows article:read, article:write:own \(policy version \d+\)\.\n$/);
  assert.deepEqual((await listed(where))["editor"], ["article:read", "article:write:own"]);
  assert.match(
    (await where.type("roles", "list")).out,
    /^ROLE +ALLOWS\neditor +article:read article:write:own\nmember +order:read:own\n$/,
  );
  assert.match((await where.type("roles", "set", "editor", "article:read,article:write")).err, /permissions\[0\]/);
  const foreign = await served(t, "config");
  assert.match((await foreign.type("roles", "set", "editor", "article:read")).err, /roles are owned by the config/);
  writeFileSync(join(foreign.folder, "roles.json"), "{}");
  assert.match(
    (await foreign.type("roles", "apply", join(foreign.folder, "roles.json"), "--yes")).err,
    /rolesFrom is "config"/,
  );
  assert.deepEqual(await listed(foreign), ROLES);
});

test("apps and clients are listed without their secrets", async (t) => {
  const secret = "Qd7Vn2Rk9Tz4Xb6Hm1Pw8Lc3Js5Fy0Ga";
  const where = await stack(t, { clients: [{ id: "orders", secret, permissions: ["hufu.tokens:introspect"] }] });
  const [apps, clients] = [await where.type("apps", "list", "--json"), await where.type("clients", "list", "--json")];
  assert.deepEqual(JSON.parse(clients.out), { items: [{ id: "orders", permissions: ["hufu.tokens:introspect"] }] });
  const [{ endpoint, ...app }] = JSON.parse(apps.out).items;
  assert.match(endpoint, /^http:\/\/127/);
  assert.deepEqual(app, {
    id: "wx-demo",
    platform: "wechat",
    app: "wx-demo",
    union_scope: "wechat",
    require_proof: false,
    sign_ins_per_minute: null,
  });
  assert.match((await where.type("apps", "list")).out, /^CLIENT ID +PLATFORM +APP +ENDPOINT +PROOF\nwx-demo +wechat/);
  assert.match((await where.type("clients", "list")).out, /^CLIENT +MAY\norders +hufu\.tokens:introspect\n$/);
  assert.ok(![apps, clients].some(({ out }) => out.includes("simulated-app-secret") || out.includes(secret)));
});
