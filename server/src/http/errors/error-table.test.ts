import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { REASONS } from "../../core/errors/reasons.ts";
import { ERROR_TABLE } from "./error-table.ts";

/** What the server does, and what is designed and keeps its reasons in the table. */
const PAGES = ["docs/protocol.md", "docs/protocol-next.md"] as const;
const [TODAY] = PAGES.map((page) => readFileSync(new URL(`../../../../${page}`, import.meta.url), "utf8"));

/** The rows of the first table after a heading, as lists of cells. */
function tableAfter(heading: string, page = ""): readonly (readonly string[])[] {
  const from = page.indexOf(heading);
  assert.notEqual(from, -1, `there is no ${heading}`);
  const table = /(?:^\|.*\n)+/m.exec(page.slice(from))?.[0] ?? "";
  const cellsOf = (line: string): readonly string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  return table.trimEnd().split("\n").map(cellsOf).slice(2);
}

/** The words in backticks, without what only explains them. */
function wordsIn(cell: string): readonly string[] {
  const plain = cell.replaceAll(/\([^)]*\)/g, "").replaceAll(/\+ `[^`]*`(?:\/`[^`]*`)*/g, "");
  return [...plain.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

interface Row {
  readonly status: number;
  readonly errors: readonly string[];
  readonly reasons: readonly string[];
}

const tokenRows: readonly Row[] = [
  ...tableAfter("### 3.5", TODAY),
  ...tableAfter("redemption is `ticket_redeemed`", TODAY),
].map(([first = "", second = ""]) => ({
  status: Number.parseInt(first, 10),
  errors: wordsIn(first),
  reasons: wordsIn(second),
}));

const guardRows: readonly Row[] = tableAfter("## 5.", TODAY).map(([status = "", errors = "", reasons = ""]) => ({
  status: Number(status),
  errors: wordsIn(errors),
  reasons: wordsIn(reasons),
}));

const administrationRows: readonly Row[] = [
  .../(\d{3}) `([a-z_]+)`/g[Symbol.matchAll](/^Errors: .*$/m.exec(TODAY ?? "")?.[0] ?? ""),
].map(([, status = "", reason = ""]) => ({ status: Number(status), errors: [], reasons: [reason] }));

test("the page can be read at all", () => {
  assert.ok(tokenRows.length >= 11);
  assert.ok(guardRows.length >= 7);
  assert.ok(administrationRows.length >= 6);
});

test("what §3.5 promises of the token endpoints is in the table", () => {
  for (const row of tokenRows) {
    for (const reason of row.reasons) {
      const entry = Object.entries(ERROR_TABLE).find(([name]) => name === reason)?.[1];
      assert.ok(entry, `no entry for ${reason}`);
      assert.equal(entry.status, row.status, reason);
      assert.ok(entry.error !== null && row.errors.includes(entry.error), `${reason}: ${entry.error}`);
    }
  }
});

test("what §5 promises of guards is in the table", () => {
  for (const row of guardRows) {
    for (const reason of row.reasons) {
      const entry = Object.entries(ERROR_TABLE).find(([name]) => name === reason)?.[1];
      assert.ok(entry, `no entry for ${reason}`);
      const { status, error } = entry.guard ?? entry;
      assert.equal(status, row.status, reason);
      if (row.status === 503) assert.equal(error, "temporarily_unavailable");
      else if (row.errors.length === 0) assert.equal(error, null, reason);
      else assert.ok(error !== null && row.errors.includes(error), `${reason}: ${error}`);
    }
  }
});

test("every error of a row is given by one of its reasons, and grants and clients keep their own words", () => {
  for (const row of [...tokenRows, ...guardRows]) {
    const given = row.reasons.flatMap((reason) => {
      const entry = Object.entries(ERROR_TABLE).find(([name]) => name === reason)?.[1];
      return entry === undefined ? [] : [entry.error, entry.guard?.error];
    });
    for (const error of row.errors) assert.ok(given.includes(error), `nobody answers ${error}`);
  }
  assert.equal(ERROR_TABLE.grant_unsupported.error, "unsupported_grant_type");
  assert.equal(ERROR_TABLE.grant_not_allowed.error, "unauthorized_client");
  assert.equal(ERROR_TABLE.proof_nonce.error, "use_dpop_nonce");
});

test("what §9 promises of administration is in the table", () => {
  for (const row of administrationRows) {
    for (const reason of row.reasons) {
      const entry = Object.entries(ERROR_TABLE).find(([name]) => name === reason)?.[1];
      // 412 and 428 belong to calls that this version does not have yet.
      if (entry === undefined) assert.ok(row.status === 412 || row.status === 428, reason);
      else assert.equal(entry.status, row.status, reason);
    }
  }
});

test("every reason of the code is on one of the two pages", () => {
  const promised = new Set([...tokenRows, ...guardRows, ...administrationRows].flatMap((row) => row.reasons));
  for (const reason of REASONS) assert.ok(promised.has(reason), `${reason} is not in ${PAGES.join(" or ")}`);
  assert.deepEqual(Object.keys(ERROR_TABLE).toSorted(), [...REASONS].toSorted());
});

for (const guide of ["errors.md", "errors.zh-CN.md"]) {
  test(`docs/guides/${guide} lists every reason once, with its status`, () => {
    const page = readFileSync(new URL(`../../../../docs/guides/${guide}`, import.meta.url), "utf8");
    const listed = new Map<string, number>();
    for (const [, first = "", statuses = ""] of page.matchAll(/^\| ([^|]*) \| ([\d, 、]+) \|/gm)) {
      const numbers = statuses.split(/[,、]/).map(Number);
      for (const [at, reason] of wordsIn(first).entries()) {
        assert.ok(!listed.has(reason), `${reason} stands twice`);
        listed.set(reason, numbers[at] ?? numbers[0] ?? 0);
      }
    }
    for (const reason of REASONS) {
      const { status, guard } = ERROR_TABLE[reason];
      const statuses = [status, guard?.status];
      assert.ok(
        statuses.includes(listed.get(reason)),
        `${reason}: ${listed.get(reason)}, not ${statuses.join(" or ")}`,
      );
    }
    assert.equal(listed.size, REASONS.length);
  });
}

test("where a caller should wait it is told for how long", () => {
  for (const { status, retryAfter } of Object.values(ERROR_TABLE)) {
    assert.equal(retryAfter !== undefined, status === 429 || status === 503);
  }
});

test("an outage is never invalid_grant and never 401", () => {
  for (const [reason, { status, error }] of Object.entries(ERROR_TABLE)) {
    if (!/unavailable|unknown$|in_progress/.test(reason) || reason === "client_unknown") continue;
    assert.equal(status, 503, reason);
    assert.notEqual(error, "invalid_grant");
  }
});

test("descriptions hold what RFC 6749 §5.2 lets them hold", () => {
  for (const [reason, { description }] of Object.entries(ERROR_TABLE)) {
    assert.match(description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, reason);
    assert.doesNotMatch(description, /'/, reason);
  }
});

test("a refusal that a host answers by its `status` has the one of the table", () => {
  for (const reason of REASONS) {
    const entry = ERROR_TABLE[reason];
    assert.equal(new HufuError(reason).status, (entry.guard ?? entry).status, reason);
  }
});
