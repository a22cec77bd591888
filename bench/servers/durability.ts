import { DatabaseSync } from "node:sqlite";

export type Durability = "normal" | "full";

/** @throws TypeError if it is neither */
export function durabilityOf(text: string | undefined): Durability {
  if (text === "normal" || text === "full") return text;
  throw new TypeError("durability: normal or full");
}

/**
 * Hufu always asks SQLite for `synchronous=FULL`. To be set beside a peer on NORMAL it has to lose that, in this process
 * alone: every statement that says full now says normal.
 */
export function weakenTo(durability: Durability): void {
  if (durability === "full") return;
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function weakened(this: DatabaseSync, text: string): void {
    exec.call(this, text.replace(/synchronous\s*=\s*full/gi, "synchronous = normal"));
  };
}
