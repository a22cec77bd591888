import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { drawBadges } from "./docs/badges.ts";
import { drawTerminal, pickScenes, readScenes } from "./docs/terminal-drawing.ts";
import { SCENES } from "./draw-readme.ts";
import { ROOT } from "./run-command.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const OUTPUT = `What the demo is.

One scene
 1  alice: GET /orders                200 orders "1" & <2>      4 ms
12  bob:  a longer text               403 permission_denied    22 ms

A day
hour   network   views

Another scene
13  carol: looks                      shows “sign in”           5 ms
`;

test("scenes are headings with numbered steps below them", () => {
  const scenes = readScenes(OUTPUT);
  assert.deepEqual(
    scenes.map(({ title, steps }) => [title, steps.length]),
    [
      ["One scene", 2],
      ["Another scene", 1],
    ],
  );
  assert.throws(() => pickScenes(scenes, ["A day"]), /the demo has no scene "A day"/);
});

test("the drawing holds every word of its scenes, escaped, and nothing that is fetched", () => {
  const svg = drawTerminal("npm run demo", readScenes(OUTPUT));
  const words = svg
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<");
  for (const part of ["One scene", "alice: GET /orders", "bob:  a longer text", "22 ms", "shows “sign in”"])
    assert.ok(words.includes(part), part);
  assert.match(svg, />403 permission_denied +</, "what came back has a colour of its own, whatever blanks were sent");
  assert.match(svg, /orders &quot;1&quot; &amp; &lt;2&gt;/);
  assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /https?:|href|<script|@import|url\(/);
});

test("the committed drawing has the scenes that the demo still has, in their order", () => {
  const svg = read("docs/images/demo.svg").replaceAll(/<title[\s\S]*?<\/title>/g, "");
  const demo = read("examples/demo/demo.ts");
  const places = SCENES.map((title) => svg.indexOf(`>${title}<`));
  assert.ok(
    places.every((place, at) => place > (places[at - 1] ?? 0)),
    "run npm run draw",
  );
  for (const title of SCENES) assert.ok(demo.includes(title), `examples/demo/demo.ts has no scene ${title}`);
});

test("the committed badges say what server/package.json says", () => {
  assert.equal(read("docs/images/badges.svg"), drawBadges(JSON.parse(read("server/package.json"))), "run npm run draw");
});
