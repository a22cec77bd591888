import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { bytesFrom, type Line, numbersFrom, openLine } from "./simulated-line.fixture.ts";

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

function line(seed = 1): Line {
  return openLine(bytesFrom(numbersFrom(seed)), START);
}

function child(of: Line, token: string, attempt: string | undefined, now: number): string {
  const answer = of.present(token, attempt, now);
  assert.equal(answer.status, "ok");
  return answer.status === "ok" ? answer.child : "";
}

describe("the refresh decision, row by row (docs/design.md §5)", () => {
  test("current: answers the child for this attempt and promotes nothing", () => {
    const session = line();
    const before = session.row();
    const answer = session.present(session.first, "attempt-a", START + MINUTE);
    assert.equal(answer.status, "ok");
    assert.equal(answer.status === "ok" && answer.promoted, false);
    assert.deepEqual(session.row(), before);
  });

  test("current: the same attempt gets the same child, another attempt another", () => {
    const session = line();
    const once = child(session, session.first, "attempt-a", START + 1);
    assert.equal(child(session, session.first, "attempt-a", START + DAY), once);
    assert.notEqual(child(session, session.first, "attempt-b", START + 2), once);
    assert.notEqual(
      child(session, session.first, undefined, START + 3),
      child(session, session.first, undefined, START + 4),
    );
  });

  test("a genuine child of current becomes current, and its parent is remembered with the winning attempt", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + 1);
    const answer = session.present(second, "attempt-b", START + 2);
    assert.equal(answer.status === "ok" && answer.promoted, true);
    const row = session.row();
    assert.equal(row.generation, 1);
    assert.equal(row.version, 2);
    assert.equal(row.recent.length, 1);
    assert.notEqual(row.recent[0]?.winner, "");
  });

  test("recent, with the winning attempt: a late duplicate, refused, and the session lives", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + 1);
    child(session, second, "attempt-b", START + 2);
    const before = session.row();
    assert.equal(session.present(session.first, "attempt-a", START + 59_000).status, "superseded");
    assert.deepEqual(session.row(), before);
  });

  test("recent, without attempt when the winner had none: a late duplicate, refused, and the session lives", () => {
    const session = line();
    const second = child(session, session.first, undefined, START + 1);
    child(session, second, "attempt-b", START + 2);
    assert.equal(session.present(session.first, undefined, START + 3).status, "superseded");
    assert.equal(session.row().status, "active");
  });

  for (const [name, won, attempt] of [
    ["another attempt than the one that won", "attempt-a", "attempt-z"],
    ["no attempt, when one won", "attempt-a", undefined],
    ["an attempt, when the winner had none", undefined, "attempt-a"],
  ] as const) {
    test(`recent, with ${name}: two holders, the session ends`, () => {
      const session = line();
      const second = child(session, session.first, won, START + 1);
      child(session, second, "attempt-b", START + 2);
      assert.equal(session.present(session.first, attempt, START + 3).status, "reused");
      assert.equal(session.row().status, "ended");
    });
  }

  test("an attacker without attempts that refreshes twice is found when the owner presents its token within the minute", () => {
    const session = line();
    const attackers = child(session, session.first, undefined, START + 1);
    child(session, attackers, undefined, START + 2);
    assert.equal(session.present(session.first, "the-attempt-of-the-owner", START + 30_000).status, "reused");
    assert.equal(session.present(attackers, undefined, START + 30_001).status, "ended");
  });

  test("a sibling of the child that won: two holders, the session ends", () => {
    const session = line();
    const winner = child(session, session.first, "attempt-a", START + 1);
    const sibling = child(session, session.first, "attempt-b", START + 2);
    child(session, winner, "attempt-c", START + 3);
    assert.equal(session.present(sibling, "attempt-d", START + 4).status, "reused");
  });

  test("a predecessor after more than 60 s: two holders, the session ends, winning attempt or not", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + 1);
    child(session, second, "attempt-b", START + 2);
    assert.equal(session.present(session.first, "attempt-a", START + 2 + MINUTE).status, "superseded");
    assert.equal(session.present(session.first, "attempt-a", START + 3 + MINUTE).status, "reused");
  });

  test("a grandparent inside the minute with its own attempt is still only late", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + 1);
    const third = child(session, second, "attempt-b", START + 2);
    child(session, third, "attempt-c", START + 3);
    assert.equal(session.present(session.first, "attempt-a", START + 4).status, "superseded");
    assert.equal(session.present(second, "attempt-b", START + 5).status, "superseded");
  });

  test("the row remembers eight predecessors at most, however fast they come (I10)", () => {
    const session = line();
    let token = session.first;
    for (let step = 0; step < 60; step += 1) token = child(session, token, `attempt-${step}`, START + step);
    assert.equal(session.row().recent.length, 8);
  });

  test("a clock that jumps back an hour neither revives nor expires anything", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + 10 * MINUTE);
    child(session, second, "attempt-b", START + 11 * MINUTE);
    const { clock, idleUntil } = session.row();
    const third = child(session, second, "attempt-b", START + 11 * MINUTE);
    child(session, third, "attempt-c", START - 49 * MINUTE);
    assert.equal(session.row().clock, clock);
    assert.ok(session.row().idleUntil >= idleUntil);
  });

  test("a user who comes every 25 days is not idle, though a repeat promotes nothing", () => {
    const session = line();
    let token = session.first;
    for (let visit = 1; visit <= 6; visit += 1)
      token = child(session, token, `visit-${visit}`, START + visit * 25 * DAY);
    assert.equal(session.row().status, "active");
  });

  test("repeats of one token move the idle end to two idle times after it became current, and no further", () => {
    const session = line();
    const statuses = [20, 40, 59, 60].map((day) => session.present(session.first, undefined, START + day * DAY).status);
    assert.deepEqual(statuses, ["ok", "ok", "ok", "expired"]);
    assert.equal(session.row().idleUntil, START + 60 * DAY);
  });

  test("two idle times count from the promotion for a token that was promoted", () => {
    const session = line();
    const second = child(session, session.first, "attempt-a", START + DAY);
    child(session, second, "attempt-b", START + 10 * DAY);
    for (const day of [30, 50, 69]) child(session, second, `attempt-${day}`, START + day * DAY);
    assert.equal(session.row().idleUntil, START + 70 * DAY);
    assert.equal(session.present(second, "attempt-b", START + 70 * DAY).status, "expired");
  });

  test("no idle end passes the absolute end (I6)", () => {
    const session = line();
    const { absoluteUntil } = session.row();
    let token = session.first;
    for (let visit = 1; visit <= 7; visit += 1)
      token = child(session, token, `visit-${visit}`, START + visit * 25 * DAY);
    assert.ok(session.row().idleUntil <= absoluteUntil);
    assert.equal(session.present(token, "late", START + 180 * DAY).status, "expired");
  });
});

/** What §5 promises, without rows or hashes: a tree of tokens, of which some may still be used. */
interface ModelToken {
  readonly parent: number;
  readonly attempt: string | undefined;
}

describe("the refresh decision against a model", () => {
  const step = fc.record({
    /** Which of the tokens issued so far, newest first. */
    back: fc.nat({ max: 6 }),
    attempt: fc.option(fc.constantFrom("attempt-a", "attempt-b", "attempt-c"), { nil: undefined }),
    wait: fc.constantFrom(0, 1, 1000, 30_000, 61_000, 600_000),
  });

  test("I1, I4, I10, I12: only current and its children are accepted, repeats agree, each child is promoted once", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(step, { maxLength: 60 }), (seed, steps) => {
        const session = line(seed);
        const issued: { text: string; model: ModelToken }[] = [
          { text: session.first, model: { parent: -1, attempt: undefined } },
        ];
        const children = new Map<string, string>();
        let current = 0;
        let now = START;
        let ended = false;
        for (const { back, attempt, wait } of steps) {
          now += wait;
          const index = Math.max(0, issued.length - 1 - back);
          const presented = issued[index];
          assert.ok(presented);
          const answer = session.present(presented.text, attempt, now);
          if (ended) {
            assert.equal(answer.status, "ended");
            continue;
          }
          const acceptable = index === current || presented.model.parent === current;
          assert.equal(answer.status === "ok", acceptable, "I1");
          if (answer.status !== "ok") {
            ended = answer.status === "reused";
            continue;
          }
          assert.equal(answer.promoted, index !== current, "I12");
          current = index;
          if (attempt !== undefined) {
            const key = `${index}:${attempt}`;
            assert.equal(answer.child, children.get(key) ?? answer.child, "I4");
            if (children.has(key)) continue;
            children.set(key, answer.child);
          }
          issued.push({ text: answer.child, model: { parent: index, attempt } });
        }
        assert.ok(session.row().recent.length <= 8, "I10");
        assert.equal(session.row().status, ended ? "ended" : "active");
      }),
      { numRuns: 400 },
    );
  });
});
