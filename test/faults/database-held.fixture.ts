import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Heard, textIn, verdictOfHeard } from "./ask-node.ts";
import { refreshRequest, signInRequest, signOutRequest } from "./client-requests.ts";
import { holdWrites } from "./hold-writes.ts";
import { shortOrLong } from "./how-long.ts";
import { startFleet } from "./nodes.ts";
import { childAt, signInAt } from "./people.ts";

const ROUNDS = shortOrLong(1, 5);
/** Many times what a node waits for its database. */
const BOUND_MS = 30_000;

/** Each costs a node two seconds, in which it does nothing else; the short form asks few. */
function placesOf(question: string): readonly ("one" | "two")[] {
  const few = question === "signOut" ? (["two"] as const) : (["one"] as const);
  return shortOrLong(0, 1) === 0 ? few : ["one", "two"];
}

/** A database that takes no write: 503 with Retry-After, no end is claimed, and all resumes by itself. */
export async function databaseIsHeld(t: TestContext): Promise<void> {
  const fleet = await startFleet(t, { nodes: 2 });
  const [one = 0, two = 0] = fleet.up();
  for (let round = 0; round < ROUNDS; round += 1) {
    const alice = await signInAt(fleet, one, `alice ${round}`);
    const child = await childAt(fleet, one, alice.refresh);
    const bob = await signInAt(fleet, two, `bob ${round}`);
    const carol = await signInAt(fleet, two, `carol ${round}`);
    const questions = {
      promotion: refreshRequest(child),
      signIn: signInRequest(fleet.code(`dave ${round}`)),
      signOut: signOutRequest(bob.refresh),
    };

    const held = await holdWrites(fleet);
    try {
      const asked = Object.entries(questions).flatMap(([name, question]) =>
        placesOf(name).map((at) => fleet.ask(at === "one" ? one : two, question, BOUND_MS)),
      );
      const heard = await Promise.all(asked);
      for (const each of heard) {
        assert.ok(each.kind === "answer" && each.status === 503, `answered ${verdictOfHeard(each)}`);
        assert.match(each.retryAfter ?? "", /^\d+$/);
      }
      // What only reads goes on.
      assert.equal(verdictOfHeard(await fleet.ask(one, refreshRequest(carol.refresh), BOUND_MS)), "ok");
    } finally {
      await held.letGo();
    }

    // Bob was told that he is not signed out, and he is not.
    assert.equal(verdictOfHeard(await fleet.ask(one, refreshRequest(bob.refresh))), "ok");
    const [promoted, signedIn, signedOut] = await Promise.all([
      fleet.ask(two, questions.promotion),
      fleet.ask(one, questions.signIn),
      fleet.ask(one, questions.signOut),
    ]);
    const firstAnswers = [promoted, signedIn, signedOut];
    const said = `${reasonsIn(firstAnswers)}: ${fleet.nodes.map(({ written }) => written.slice(-2000)).join("\n")}`;
    assert.deepEqual(firstAnswers.map(verdictOfHeard), ["ok", "ok", "ok"], `at once: ${said}`);
    for (const heard of [promoted, signedIn]) await childAt(fleet, one, textIn(heard, "refresh_token"));
    assert.equal(verdictOfHeard(await fleet.ask(two, refreshRequest(bob.refresh))), "session_logged_out");
  }
}

function reasonsIn(heard: readonly Heard[]): string {
  return JSON.stringify(
    heard.map((each) => (each.kind === "answer" ? (each.body["reason"] ?? each.status) : each.why)),
  );
}
