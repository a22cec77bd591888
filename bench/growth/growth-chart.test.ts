import assert from "node:assert/strict";
import { test } from "node:test";
import { type Chart, growthChart } from "./growth-chart.ts";

const CHART: Chart = {
  title: "What one costs",
  panels: [
    {
      name: "SQLite",
      lines: [
        {
          name: "refresh",
          points: [
            { sessions: 1000, micros: 130 },
            { sessions: 10_000, micros: 140 },
            { sessions: 1_000_000, micros: 150 },
          ],
        },
        {
          name: "purge",
          points: [
            { sessions: 1000, micros: 30 },
            { sessions: 1_000_000, micros: 45 },
          ],
        },
      ],
    },
    { name: "PostgreSQL", lines: [{ name: "refresh", points: [{ sessions: 1000, micros: 1900 }] }] },
  ],
  caption: ["2026-01-02, a machine", "32 at once"],
};

const textsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, words]) => words ?? "");

test("both axes are labelled, with their units", () => {
  const texts = textsOf(growthChart(CHART));
  for (const label of ["1,000", "10,000", "100,000", "1,000,000", "sessions", "µs for one"]) {
    assert.ok(texts.includes(label), label);
  }
  for (const label of ["20", "50", "100", "200", "500", "1,000", "2,000"]) assert.ok(texts.includes(label), label);
});

test("one polyline a series, with a mark for each point and one in the legend", () => {
  const svg = growthChart(CHART);
  assert.equal(svg.match(/<polyline /g)?.length, 3);
  assert.equal(svg.match(/<path class="m\d"/g)?.length, 6 + 2);
  const places = [...svg.matchAll(/points="([^"]+)"/g)].map(([, points]) => points?.split(" ").length);
  assert.deepEqual(places, [3, 2, 1]);
});

test("an operation looks the same in every panel, and equal factors are equal steps", () => {
  const svg = growthChart(CHART);
  assert.deepEqual(
    [...svg.matchAll(/<polyline class="line (s\d)"/g)].map(([, look]) => look),
    ["s0", "s1", "s0"],
  );
  const xs = /points="([^"]+)"/
    .exec(svg)?.[1]
    ?.split(" ")
    .map((xy) => Number(xy.split(",")[0]));
  assert.deepEqual(xs, [0, 113.3, 340]);
});

test("panels, legend and caption are told, and every text is escaped", () => {
  const svg = growthChart({ ...CHART, title: 'a < b & "c"', caption: ["<script>"] });
  assert.match(svg, /aria-label="a &lt; b &amp; &quot;c&quot;"/);
  assert.match(svg, />&lt;script&gt;</);
  assert.ok(!svg.includes("<script>"));
  const texts = textsOf(growthChart(CHART));
  for (const words of ["SQLite", "PostgreSQL", "refresh", "purge", ...CHART.caption]) assert.ok(texts.includes(words));
});

test("it is readable on dark ground too", () => {
  assert.match(growthChart(CHART), /@media\(prefers-color-scheme:dark\)\{text\{fill:#e6edf3\}/);
});

test("no point, or one that no logarithm has, is a mistake", () => {
  assert.throws(() => growthChart({ ...CHART, panels: [] }), TypeError);
  const lines = [{ name: "refresh", points: [{ sessions: 1000, micros: 0 }] }];
  assert.throws(() => growthChart({ ...CHART, panels: [{ name: "SQLite", lines }] }), TypeError);
});
