import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HufuError } from "../../../core/errors/errors.ts";
import { CommitUnknownError } from "../../store.ts";
import { createGroupCommit, type TransactionControl } from "./group-commit.ts";

/** A list in the place of a database, which may fail at a word of its owner's choice. */
function listDatabase(fail: (word: string) => Error | undefined = () => undefined) {
  let committed: readonly string[] = [];
  let open: string[] = [];
  let mark = 0;
  let inside = false;
  const words: string[] = [];
  const say = (word: string, work: () => void): void => {
    words.push(word);
    const error = fail(word);
    if (error !== undefined) throw error;
    work();
  };
  const control: TransactionControl = {
    begin: () =>
      say("begin", () => {
        open = [...committed];
        inside = true;
      }),
    commit: () =>
      say("commit", () => {
        committed = open;
        inside = false;
      }),
    rollback: () =>
      say("rollback", () => {
        inside = false;
      }),
    savepoint: () =>
      say("savepoint", () => {
        mark = open.length;
      }),
    release: () => say("release", () => undefined),
    rollbackToSavepoint: () =>
      say("back", () => {
        open.length = mark;
      }),
    inTransaction: () => inside,
  };
  const add = async (list: { push(word: string): void }, word: string): Promise<string> => {
    list.push(word);
    return word;
  };
  return {
    control,
    connection: { push: (word: string) => void open.push(word) },
    add,
    words,
    committed: () => committed,
    /** What SQLite does by itself when its disk is full. */
    rollBackAlone: () => {
      inside = false;
    },
  };
}

const isUnavailable = (error: unknown): error is HufuError =>
  error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;

async function reasons(work: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => (one.status === "rejected" ? one.reason : undefined));
}

describe("group commit", () => {
  test("the units of one turn share one transaction, in their order, and each gets its own answer", async () => {
    const { control, connection, add, words, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    const answers = await Promise.all(["a", "b", "c"].map((word) => group.write((list) => add(list, word))));
    assert.deepEqual(answers, ["a", "b", "c"]);
    assert.deepEqual(committed(), ["a", "b", "c"]);
    assert.deepEqual(
      words.filter((word) => word === "begin" || word === "commit"),
      ["begin", "commit"],
    );
  });

  test("no unit is answered before the commit", async () => {
    const { control, connection, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    const seen: number[] = [];
    const write = (word: string) =>
      group.write(async (list) => list.push(word)).then(() => void seen.push(committed().length));
    await Promise.all([write("a"), write("b")]);
    assert.deepEqual(seen, [2, 2]);
  });

  test("units run one at a time, even when they wait within themselves", async () => {
    const { control, connection, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    const unit = (name: string) =>
      group.write(async (list) => {
        list.push(`${name} begins`);
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        list.push(`${name} ends`);
      });
    await Promise.all([unit("a"), unit("b")]);
    assert.deepEqual(committed(), ["a begins", "a ends", "b begins", "b ends"]);
  });

  test("a unit that fails is undone alone and its error arrives untouched", async () => {
    const { control, connection, add, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    const mistake = new RangeError("mistake");
    const failing = group.write(async (list) => {
      list.push("half");
      throw mistake;
    });
    const outcome = await reasons([
      group.write((list) => add(list, "a")),
      failing,
      group.write((list) => add(list, "b")),
    ]);
    assert.deepEqual(outcome, [undefined, mistake, undefined]);
    assert.deepEqual(committed(), ["a", "b"]);
  });

  test("a commit that fails is an unknown outcome for all but those that had failed before", async () => {
    const broken = new Error("disk");
    const { control, connection, add, words } = listDatabase((word) => (word === "commit" ? broken : undefined));
    const group = createGroupCommit(connection, control);
    const mistake = new RangeError("mistake");
    const outcome = await reasons([
      group.write((list) => add(list, "a")),
      group.write(async () => {
        throw mistake;
      }),
      group.write((list) => add(list, "b")),
    ]);
    assert.equal(outcome[1], mistake);
    for (const error of [outcome[0], outcome[2]]) {
      assert.ok(isUnavailable(error));
      assert.ok(error.cause instanceof CommitUnknownError);
      assert.equal(error.cause.cause, broken);
    }
    assert.equal(words.at(-1), "rollback");
  });

  test("a begin that fails is a plain outage for all, and the next group is tried anew", async () => {
    let busy = true;
    const { control, connection, add, committed } = listDatabase((word) =>
      word === "begin" && busy ? new HufuError("store_unavailable", { retryAfter: 1 }) : undefined,
    );
    const group = createGroupCommit(connection, control);
    const outcome = await reasons(["a", "b"].map((word) => group.write((list) => add(list, word))));
    assert.ok(outcome.every((error) => isUnavailable(error) && error.cause === undefined));
    busy = false;
    await group.write((list) => add(list, "c"));
    assert.deepEqual(committed(), ["c"]);
  });

  test("when the database rolls back by itself the whole group is refused, and none of it is there", async () => {
    const { control, connection, add, committed, rollBackAlone } = listDatabase();
    const group = createGroupCommit(connection, control);
    const full = new HufuError("store_unavailable", { retryAfter: 1, detail: "full" });
    const outcome = await reasons([
      group.write((list) => add(list, "a")),
      group.write(async () => {
        rollBackAlone();
        throw full;
      }),
      group.write((list) => add(list, "b")),
    ]);
    assert.deepEqual(outcome, [full, full, full]);
    assert.deepEqual(committed(), []);
  });

  test("more units than a group holds go into further groups, and all are carried out", async () => {
    const { control, connection, add, words, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    await Promise.all(Array.from({ length: 600 }, (_, index) => group.write((list) => add(list, String(index)))));
    assert.deepEqual(
      committed(),
      Array.from({ length: 600 }, (_, index) => String(index)),
    );
    assert.equal(words.filter((word) => word === "commit").length, 3);
  });

  test("closing waits for what was begun and refuses what comes later", async () => {
    const { control, connection, add, committed } = listDatabase();
    const group = createGroupCommit(connection, control);
    const begun = group.write((list) => add(list, "a"));
    const closing = group.close();
    await assert.rejects(
      group.write((list) => add(list, "late")),
      isUnavailable,
    );
    await closing;
    assert.deepEqual(committed(), ["a"]);
    assert.equal(await begun, "a");
    await group.close();
  });
});
