import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Loader } from "./loader.ts";

/** A gigabyte of pages: random ids touch all of an index, which is then not read from the file again and again. */
const CACHE_KIB = 1_048_576;

export function openSqliteLoader(file: string): Loader {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  // Hufu switches both on again for itself when it opens the file.
  database.exec(`pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -${CACHE_KIB}`);
  database.function("bench_word", { deterministic: true }, (seed, length) =>
    hash("sha256", String(seed), "base64url").slice(0, Number(length)),
  );
  return {
    run: async (statement) => {
      database.exec(statement);
      // A caller that waits for progress gets a turn.
      await nextTurn();
    },
    rows: async <Row>(query: string) => database.prepare(query).all() as readonly unknown[] as readonly Row[],
    tidyUp: async () => database.exec("analyze"),
    close: async () => database.close(),
  };
}
