import assert from "node:assert/strict";
import test from "node:test";
import { textIn, verdictOfHeard } from "./ask-node.ts";
import { newAttempt, refreshRequest, signInRequest, signOutRequest } from "./client-requests.ts";
import { type Fleet, startFleet } from "./nodes.ts";
import { childAt, claimsIn, signInAt, untilHeard } from "./people.ts";

const LIMIT = 2;
const EXCHANGE = "/sns/jscode2session";

async function refusedEverywhere(fleet: Fleet, tokens: readonly { access: string; refresh: string }[]): Promise<void> {
  for (const port of fleet.up()) {
    for (const { access, refresh } of tokens) {
      for (const token of [access, refresh]) {
        const heard = await fleet.introspect(port, token);
        assert.ok(heard.kind === "answer" && heard.body["active"] === false, `introspection on ${port}`);
      }
      assert.match(
        verdictOfHeard(await fleet.ask(port, refreshRequest(refresh))),
        /^session_(kicked|logged_out|replaced)$/,
      );
    }
  }
}

test("four `hufu serve` on one database share single-use marks, limits and ends", async (t) => {
  const fleet = await startFleet(t, { nodes: 4, changes: { sessions: { perDeviceType: { phone: LIMIT } } } });
  const ports = fleet.up();
  assert.equal(ports.length, 4);
  const [one = 0, two = 0, three = 0] = ports;

  await t.test("one login code with one attempt, at four nodes at once, gives one session", async () => {
    for (let round = 0; round < 5; round += 1) {
      const asked = signInRequest(fleet.code(`twin ${round}`));
      const before = fleet.platform.counters().calls[EXCHANGE] ?? 0;
      const heard = await Promise.all([...ports, ...ports].map((port) => untilHeard(() => fleet.ask(port, asked))));
      assert.deepEqual([...new Set(heard.map(verdictOfHeard))], ["ok"]);
      assert.equal(new Set(heard.map((each) => textIn(each, "refresh_token"))).size, 1, "one refresh token");
      assert.equal((fleet.platform.counters().calls[EXCHANGE] ?? 0) - before, 1, "the platform was asked once");
      const { sub } = claimsIn(textIn(heard[0] ?? assert.fail(), "access_token"));
      assert.equal((await fleet.sessionsOf(sub)).length, 1);
    }
  });

  await t.test("one login code with an attempt of each node's own signs in once, and then never", async () => {
    const code = fleet.code("a code for four");
    const heard = await Promise.all(
      ports.map((port) => {
        const asked = signInRequest(code);
        return untilHeard(() => fleet.ask(port, asked));
      }),
    );
    const words = heard.map(verdictOfHeard).toSorted();
    assert.deepEqual(words, ["login_code_used", "login_code_used", "login_code_used", "ok"]);
    const winner = heard.find((each) => verdictOfHeard(each) === "ok") ?? assert.fail();
    const refresh = refreshRequest(textIn(winner, "refresh_token"));
    assert.equal(verdictOfHeard(await fleet.ask(one, refresh)), "refresh_token_reused");
  });

  await t.test("twelve sign-ins of one person at four nodes at once leave as many sessions as the limit", async () => {
    const people = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        signInAt(fleet, ports[at % 4] ?? 0, "many phones", { device_type: "phone" }),
      ),
    );
    const sessions = await fleet.sessionsOf(people[0]?.userId ?? "");
    const active = sessions.filter(({ status }) => status === "active").map(({ id }) => id);
    assert.deepEqual([sessions.length, active.length], [12, LIMIT]);
    await refusedEverywhere(
      fleet,
      people.filter(({ sid }) => !active.includes(sid)),
    );
    for (const { refresh, sid } of people) if (active.includes(sid)) await childAt(fleet, two, refresh);
  });

  await t.test("an end that one node has answered is an end on all of them at once", async () => {
    for (const port of ports) {
      const alice = await signInAt(fleet, port, "alice");
      const child = await childAt(fleet, two, alice.refresh, newAttempt());
      assert.equal(verdictOfHeard(await fleet.ask(three, signOutRequest(child))), "ok");
      await refusedEverywhere(fleet, [alice, { access: alice.access, refresh: child }]);
    }
    const bob = await signInAt(fleet, one, "bob");
    assert.equal(await fleet.order("kick", bob.sid), "ok");
    await refusedEverywhere(fleet, [bob]);
  });
});
