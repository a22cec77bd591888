import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Links the modules of one `node_modules` into another one, as if they had been installed there. What is there stays. */
export function linkModules(from: string, to: string): void {
  for (const name of readdirSync(from).filter(
    (entry) => !entry.startsWith(".package") && !entry.startsWith(".installed"),
  )) {
    if (!/^(?:@types|\.bin)$/.test(name)) link(join(from, name), join(to, name));
    else {
      mkdirSync(join(to, name), { recursive: true });
      for (const inner of readdirSync(join(from, name))) link(join(from, name, inner), join(to, name, inner));
    }
  }
}

function link(from: string, to: string): void {
  if (!existsSync(to)) symlinkSync(from, to);
}
