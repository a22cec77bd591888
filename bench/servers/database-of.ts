import { join } from "node:path";
import { scratchFolder } from "../scratch-folder.ts";
import { durabilityOf, weakenTo } from "./durability.ts";

/** Where Hufu keeps its data: at the URL that an argument says, or on a new SQLite of the durability that it says. */
export function databaseOf(argument: string | undefined): string {
  if (argument?.includes("://") === true) return argument;
  weakenTo(durabilityOf(argument));
  return `sqlite:${join(scratchFolder(), "hufu.db")}`;
}
