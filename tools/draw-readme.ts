// Draws the README's images: docs/images/demo.svg from a run of the demo, docs/images/badges.svg from server/package.json.
// `npm run draw` takes about a minute. Commit what it writes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawBadges } from "./docs/badges.ts";
import { drawTerminal, pickScenes, readScenes } from "./docs/terminal-drawing.ts";
import { ROOT, runCommand } from "./run-command.ts";

/** The scenes of the demo that the README shows, by their titles. */
export const SCENES = [
  "Silent sign-in, then orders",
  "A role change takes effect at once",
  "A kick and its reason",
  "Somebody knows the openids of alice and the boss",
  "An attacker has copied alice's refresh token",
] as const;

if (import.meta.main) {
  const demo = ["--conditions=@hufu/source", "examples/demo/demo.ts", "--phones", "20"];
  const output = runCommand("node", demo);
  const images = join(ROOT, "docs", "images");
  writeFileSync(join(images, "demo.svg"), drawTerminal("npm run demo", pickScenes(readScenes(output), SCENES)));
  writeFileSync(
    join(images, "badges.svg"),
    drawBadges(JSON.parse(readFileSync(join(ROOT, "server/package.json"), "utf8"))),
  );
  console.log("docs/images/demo.svg, docs/images/badges.svg");
}
