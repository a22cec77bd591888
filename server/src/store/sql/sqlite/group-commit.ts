import { setImmediate } from "node:timers";
import { HufuError } from "../../../core/errors/errors.ts";
import { CommitUnknownError } from "../../store.ts";

/** So that a flood does not hold the event loop for longer than a few milliseconds. */
const GROUP_LIMIT = 256;

/** Transaction statements of a database with one transaction at a time; each is a synchronous call. */
export interface TransactionControl {
  begin(): void;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
  /** `false` after the database has rolled back by itself, as SQLite does when its disk is full. */
  inTransaction(): boolean;
}

/** Collects units of work into shared transactions. */
export interface GroupCommit<Connection> {
  /** Resolves after the commit of the group that the unit was in. */
  write<Result>(unit: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** The same for a unit of a single statement: the database undoes that by itself, so it needs no savepoint. */
  writeOne<Result>(unit: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Refuses further units and resolves when those that wait are done. */
  close(): Promise<void>;
}

interface Waiting<Connection> {
  readonly isOneStatement: boolean;
  /** Runs the unit; what comes back settles its promise and is called once the outcome is known. */
  run(connection: Connection): Promise<() => void>;
  reject(error: unknown): void;
}

/**
 * The units that arrive in one turn of the event loop share one transaction, and so one flush to disk. Each has its own
 * savepoint: one that fails is rolled back alone and answers at once with its own error.
 */
export function createGroupCommit<Connection>(
  connection: Connection,
  control: TransactionControl,
): GroupCommit<Connection> {
  const waiting: Waiting<Connection>[] = [];
  let running = false;
  let closed = false;
  let whenIdle: (() => void)[] = [];

  const runGroup = async (group: readonly Waiting<Connection>[]): Promise<void> => {
    const settlements: (() => void)[] = [];
    // Units that fail when the group fails.
    const atStake = new Set(group);
    const refuse = (error: unknown): void => {
      for (const settle of settlements) settle();
      for (const unit of atStake) unit.reject(error);
    };

    const answers: (() => void)[] = [];
    try {
      control.begin();
      for (const unit of group) {
        if (!unit.isOneStatement) control.savepoint();
        try {
          const answer = await unit.run(connection);
          if (!unit.isOneStatement) control.release();
          answers.push(answer);
        } catch (error) {
          atStake.delete(unit);
          settlements.push(() => unit.reject(error));
          if (!control.inTransaction()) throw error;
          if (!unit.isOneStatement) control.rollbackToSavepoint();
        }
      }
    } catch (error) {
      rollBack(control);
      refuse(isUnavailable(error) ? error : new HufuError("store_unavailable", { retryAfter: 1, cause: error }));
      return;
    }

    try {
      control.commit();
    } catch (error) {
      rollBack(control);
      const cause = new CommitUnknownError("the outcome of a commit is not known", { cause: error });
      refuse(new HufuError("store_unavailable", { retryAfter: 1, cause }));
      return;
    }
    for (const settle of settlements) settle();
    for (const answer of answers) answer();
  };

  const turn = async (): Promise<void> => {
    const group = waiting.splice(0, GROUP_LIMIT);
    await runGroup(group);
    if (waiting.length > 0) {
      setImmediate(turn);
      return;
    }
    running = false;
    const idle = whenIdle;
    whenIdle = [];
    for (const resolve of idle) resolve();
  };

  function join<Result>(unit: (connection: Connection) => Promise<Result>, isOneStatement: boolean): Promise<Result> {
    if (closed) return Promise.reject(new HufuError("store_unavailable", { retryAfter: 1, detail: "store closed" }));
    return new Promise<Result>((resolve, reject) => {
      waiting.push({
        isOneStatement,
        run: async (open) => {
          const result = await unit(open);
          return () => resolve(result);
        },
        reject,
      });
      if (running) return;
      running = true;
      setImmediate(turn);
    });
  }

  return Object.freeze({
    write: <Result>(unit: (connection: Connection) => Promise<Result>): Promise<Result> => join(unit, false),
    writeOne: <Result>(unit: (connection: Connection) => Promise<Result>): Promise<Result> => join(unit, true),
    close: () => {
      closed = true;
      return running ? new Promise<void>((resolve) => whenIdle.push(resolve)) : Promise.resolve();
    },
  });
}

function rollBack(control: TransactionControl): void {
  try {
    if (control.inTransaction()) control.rollback();
  } catch {
    // Report the failure that led here; the next begin meets this one again.
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable";
}
