import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { deployment, moved } from "./moved.fixture.ts";

test("a table of openids as CSV: the phone is the same user as before", async (t) => {
  const place = await deployment(t);
  const rows = [
    "\ufeffunionid,id,openid,phone,nickname,blocked",
    `,7100000000000000001,${place.openidOf("ann")},13800138000,"Ann, the ""first""",0`,
    `,8,${place.openidOf("bob")},,Bob,1`,
    ",9,,13800138001,never opened it,0",
  ];
  writeFileSync(join(place.where.folder, "users.csv"), rows.join("\r\n"));
  const ann = { user: "ann", externalId: "7100000000000000001", roles: ["member"], phone: "+8613800138000" };
  await moved(t, place, "openid-table.ts", ["users.csv", "wx-demo"], [ann], ["bob"]);
});

test("a back end with jsonwebtoken and SQLite: roles and ids of 64 bits stay", async (t) => {
  const place = await deployment(t);
  const database = new DatabaseSync(join(place.where.folder, "app.db"));
  database.exec(`create table users (
    id integer primary key, openid text unique, unionid text, phone text, role text not null default 'user', disabled_until integer)`);
  const add = database.prepare("insert into users values (?, ?, null, ?, ?, ?)");
  add.run(7100000000000000001n, place.openidOf("ann"), "13800138000", "editor", null);
  add.run(8, place.openidOf("bob"), null, "user", Date.now() + 86_400_000);
  add.run(9, place.openidOf("cid"), null, "user", 1);
  add.run(10, null, null, "user", null);
  database.close();
  const people = [
    { user: "ann", externalId: "7100000000000000001", roles: ["editor"], phone: "+8613800138000" },
    { user: "cid", externalId: "9", roles: ["member"] },
  ];
  await moved(t, place, "jsonwebtoken.ts", ["app.db", "wx-demo"], people, ["bob"]);
});

test("uni-id: openids of each version, roles, states and confirmed numbers", async (t) => {
  const place = await deployment(t);
  const documents = [
    {
      _id: "601a7b1ac8fdb90001a3e4d1",
      wx_openid: { mp: "o_other", mp___UNI__1: place.openidOf("ann") },
      role: ["editor"],
      mobile: "13800138000",
      mobile_confirmed: 1,
      status: 0,
      token: ["secret"],
    },
    {
      _id: { $oid: "601a7b1ac8fdb90001a3e4d2" },
      wx_openid: { "mp-weixin": place.openidOf("bob") },
      mobile: "13800138001",
      mobile_confirmed: 0,
    },
    { _id: "3", wx_openid: { mp: place.openidOf("cid") }, status: 1 },
    { _id: "4", wx_openid: { mp: place.openidOf("dan") }, status: 4 },
    { _id: "5", username: "admin", password: "secret" },
  ];
  writeFileSync(join(place.where.folder, "u.json"), documents.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const people = [
    { user: "ann", externalId: "601a7b1ac8fdb90001a3e4d1", roles: ["editor"], phone: "+8613800138000" },
    { user: "bob", externalId: "601a7b1ac8fdb90001a3e4d2", roles: ["member"] },
  ];
  await moved(t, place, "uni-id.ts", ["u.json", "wx-demo", "__UNI__1"], people, ["cid"]);
});
