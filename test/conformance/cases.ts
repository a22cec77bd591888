import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, type Ask, ask } from "./ask.ts";

type OneOrSome<T> = T | readonly T[];

/** What an answer must be; more than one value only where the text leaves the choice. */
export interface Expected {
  readonly status: OneOrSome<number>;
  readonly error?: OneOrSome<string>;
  readonly reason?: OneOrSome<string> | undefined;
  readonly headers?: Readonly<Record<string, RegExp>>;
  readonly also?: (answer: Answer) => void | Promise<void>;
}

/** One row: a name, a request, what it must meet. */
export interface Case {
  readonly name: string;
  readonly ask: Ask | (() => Ask | Promise<Ask>);
  readonly expect: Expected;
  /** docs/protocol.md does not decide this one: the expectation is what an OAuth 2 user would have. */
  readonly silent?: boolean;
}

/** One test per row. */
export function each(issuer: () => string, cases: readonly Case[]): void {
  for (const row of cases) {
    test(row.silent === true ? `${row.name} (the text is silent)` : row.name, async () => {
      const asked = typeof row.ask === "function" ? await row.ask() : row.ask;
      const answer = await ask(issuer(), asked);
      await meets(answer, row.expect);
    });
  }
}

export async function meets(answer: Answer, expected: Expected): Promise<void> {
  const told = `${answer.status} ${answer.text.slice(0, 400)}`;
  const oneOf = (actual: unknown, wanted: OneOrSome<string | number> | undefined, what: string): void => {
    if (wanted === undefined) return;
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    assert.ok(list.includes(actual), `${what} is ${String(actual)}, wanted ${list.join(" or ")}: ${told}`);
  };
  oneOf(answer.status, expected.status, "status");
  oneOf(answer.json["error"], expected.error, "error");
  oneOf(answer.json["reason"], expected.reason, "reason");
  for (const [name, pattern] of Object.entries(expected.headers ?? {}))
    assert.match(String(answer.headers[name] ?? ""), pattern, `${name}: ${told}`);
  await expected.also?.(answer);
}

/** The rows of §3.5, so that cases can say one word. */
export const invalidGrant = (reason: string): Expected => ({ status: 400, error: "invalid_grant", reason });
export const invalidRequest = (reason?: OneOrSome<string>): Expected => ({
  status: 400,
  error: "invalid_request",
  reason,
});
export const invalidToken = (reason: OneOrSome<string>): Expected => ({
  status: 401,
  error: "invalid_token",
  reason,
  headers: { "www-authenticate": /^Bearer\b.*error="invalid_token"/, "hufu-reason": /./ },
  also: (answer) => assert.equal(answer.headers["hufu-reason"], answer.json["reason"]),
});
