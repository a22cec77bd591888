import { globSync } from "node:fs";
import { join } from "node:path";
import type { Attack } from "./attack.ts";

export interface NamedAttack {
  /** Folder and file, such as `forgery/token_signature.alg-none`. */
  readonly name: string;
  readonly group: string;
  readonly attack: Attack;
}

const FOLDER = join(import.meta.dirname, "..", "attacks");

/** Every attack, in the order of the folders. */
export async function loadAttacks(pattern = ""): Promise<readonly NamedAttack[]> {
  const files = globSync("*/*.ts", { cwd: FOLDER }).sort();
  const attacks: NamedAttack[] = [];
  for (const file of files) {
    const name = file.replaceAll("\\", "/").replace(/\.ts$/, "");
    if (!name.includes(pattern)) continue;
    const { default: attack } = (await import(join(FOLDER, file))) as { readonly default: Attack };
    attacks.push({ name, group: name.slice(0, name.indexOf("/")), attack });
  }
  return attacks;
}
