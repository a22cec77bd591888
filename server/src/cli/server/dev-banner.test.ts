import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { devBanner } from "./dev-banner.ts";

const banner = devBanner({
  issuer: "http://127.0.0.1:8080/auth",
  port: 8080,
  simulator: "http://127.0.0.1:8081",
  clientId: "backend",
  clientSecret: "a-secret",
  config: "/tmp/hufu-dev/hufu.config.mjs",
  folder: undefined,
  reachable: true,
  phoneAddress: undefined,
});

/** Answers as the server would, and says what it was asked. */
const CURL = `
asked=$(mktemp)
trap 'cat "$asked"; rm -f "$asked"' EXIT
curl() {
  echo "$*" >> "$asked"
  case "$*" in
    *_simulator/codes*) echo '{"code":"code-1"}' ;;
    *login-code*) echo '{"access_token":"access-1","token_type":"Bearer","refresh_token":"refresh-1","user":{"id":"u"}}' ;;
    *grant_type=refresh_token*) echo '{"access_token":"access-2","token_type":"Bearer","refresh_token":"refresh-2"}' ;;
  esac
}
`;

test("its lines can be pasted into a shell as they stand, one after the other and again", () => {
  const lines = banner.split("\n").filter((line) => /^ {4}(?:[a-z]+=|curl |echo )/.test(line));
  const shown = (what: string): string => lines.find((line) => line.includes(what)) ?? assert.fail(what);
  const script = [CURL, ...lines, shown("grant_type=refresh_token"), shown("/auth/me")].join("\n");
  const asked = execFileSync("sh", ["-c", script], { encoding: "utf8" });
  const orders = [
    "-d code=code-1 ",
    "Bearer access-1",
    "refresh_token=refresh-1",
    "refresh_token=refresh-2",
    "Bearer access-2",
  ];
  const places = orders.map((words) => asked.indexOf(words));
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
    asked,
  );
  assert.ok(!places.includes(-1), asked);
  assert.ok(!asked.includes("…"));
});
