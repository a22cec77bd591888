import { DatabaseSync } from "node:sqlite";

/** Begins a transaction that keeps every other writer of this SQLite file waiting, until it is let go. */
export function holdWrites(file: string): { letGo(): void } {
  const holder = new DatabaseSync(file);
  // A node may be writing just now.
  holder.exec("pragma busy_timeout = 10000; begin immediate");
  return {
    letGo(): void {
      holder.exec("rollback");
      holder.close();
    },
  };
}
