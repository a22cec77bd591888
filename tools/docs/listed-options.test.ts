import assert from "node:assert/strict";
import { test } from "node:test";
import { findOptionGaps } from "./listed-options.ts";

const SCHEMA = {
  properties: {
    issuer: { description: "The URL." },
    tokens: {
      properties: { access: { default: "10m" }, mode: { default: "dual" } },
    },
    apps: { items: { properties: { appId: {}, platform: { default: "wechat" } } } },
    clients: { items: { properties: { id: {} } } },
  },
};

test("a page that lists every option with its default is in order", () => {
  const page = [
    "| `issuer` | URL | |",
    "| `tokens.access` | duration | `10m` | |",
    "| `tokens.mode` | | `dual` | |",
    "| `clients` | list | |",
    "### `apps`",
    "| `appId` | required | |",
    "| `platform` | `wechat` | |",
  ].join("\n");
  assert.deepEqual(findOptionGaps("page.md", page, SCHEMA), []);
});

test("a missing option and another default are reported", () => {
  const page = [
    "| `issuer` | x |",
    "| `tokens.access` | `5m` |",
    "| `clients` | x |",
    "### `apps`",
    "| `appId` | x |",
    "| `platform` | `wechat` |",
  ];
  assert.deepEqual(findOptionGaps("page.md", page.join("\n"), SCHEMA), [
    "page.md: the schema's default of tokens.access is 10m",
    "page.md: does not list the option tokens.mode",
  ]);
});
