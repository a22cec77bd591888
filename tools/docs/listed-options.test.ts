import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../run-command.ts";
import { findOptionGaps } from "./listed-options.ts";

const SCHEMA = {
  properties: {
    issuer: { description: "The URL." },
    tokens: {
      properties: { access: { description: "Default 10m, at most 24h." }, mode: { description: "dual (default)" } },
    },
    apps: { items: { properties: { appId: {}, platform: { description: "Default is wechat." } } } },
    clients: { items: { properties: { id: {} } } },
  },
};

test("a page that lists every option with its default is in order", () => {
  const page = [
    "| `issuer` | URL | |",
    "| `tokens.access` | duration | `10m` | |",
    "| `tokens.mode` | | `dual` | |",
    "| `apps`, `clients` | list | |",
    "| `appId` | required | |",
    "| `platform` | `wechat` | |",
  ].join("\n");
  assert.deepEqual(findOptionGaps("page.md", page, SCHEMA), []);
});

test("a missing option and another default are reported", () => {
  const page = [
    "| `issuer` | x |",
    "| `tokens.access` | `5m` |",
    "| `apps`, `clients` | x |",
    "| `appId` | x |",
    "| `platform` | `wechat` |",
  ];
  assert.deepEqual(findOptionGaps("page.md", page.join("\n"), SCHEMA), [
    "page.md: the schema's default of tokens.access is 10m",
    "page.md: does not list the option tokens.mode",
  ]);
});

test("the configuration guides list the options of the schema, in both languages", () => {
  const schema = JSON.parse(readFileSync(join(ROOT, "server/config.schema.json"), "utf8"));
  for (const page of ["docs/guides/configuration.md", "docs/guides/configuration.zh-CN.md"])
    assert.deepEqual(findOptionGaps(page, readFileSync(join(ROOT, page), "utf8"), schema), []);
});
