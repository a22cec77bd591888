import { CompiledQuery, type Kysely } from "kysely";
import type { HufuTables } from "../schema.ts";

/** Changes of one unit of work that need no answer of each other. */
export interface Together {
  /** Each changes one row, or none where it comes too late. */
  readonly ends: readonly CompiledQuery[];
  /** Carried out beside; rows of one table in this order. */
  readonly changes: readonly CompiledQuery[];
  /** Bodies of entries for the outbox, whose counter is taken last. */
  readonly bodies: readonly string[];
}

/** What the database says of them. */
export interface SentTogether {
  /** How many of `ends` changed a row. */
  readonly ended: number;
  /** The outbox's counter after its entries, and until when they are kept; `null` without any. */
  readonly reached: number | null;
  readonly until: number | null;
}

/** Sends them as one message; `undefined` if this server cannot, and then nothing was sent. Only inside a unit of work. */
export type SendTogether = (db: Kysely<HufuTables>, together: Together) => Promise<SentTogether | undefined>;

/** How a dialect writes several statements as one. */
export type Compose = (together: Together) => string;

/** Composes each shape once. */
export function createSendTogether(compose: Compose, isAble: () => boolean = () => true): SendTogether {
  const composed = new Map<string, string>();
  return async (db, asked) => {
    if (!isAble() || changesOneRowTwice(asked)) return undefined;
    const together = { ...asked, changes: sameBesideSame(asked.changes) };
    const { ends, changes, bodies } = together;
    const shape = [ends.length, bodies.length, ...[...ends, ...changes].map(({ sql }) => sql)].join(";");
    const text = composed.get(shape) ?? compose(together);
    composed.set(shape, text);
    const values = [...[...ends, ...changes].flatMap(({ parameters }) => parameters), ...bodies];
    const { rows } = await db.executeQuery<SentTogether>(CompiledQuery.raw(text, values));
    const [done] = rows;
    if (done === undefined) throw new TypeError("the database did not say what it changed");
    return done;
  };
}

/** In the order in which each statement came first, so that a dialect can make one of those which are the same. */
function sameBesideSame(changes: readonly CompiledQuery[]): readonly CompiledQuery[] {
  const texts = [...new Set(changes.map(({ sql }) => sql))];
  return texts.flatMap((text) => changes.filter(({ sql }) => sql === text));
}

/** PostgreSQL would carry out only one of two changes of a row in one statement: who changes a table twice goes alone. */
function changesOneRowTwice({ changes }: Together): boolean {
  const updated = changes.flatMap(({ sql }) => /^update \S+/.exec(sql)?.[0] ?? []);
  return new Set(updated).size < updated.length;
}
