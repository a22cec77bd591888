import fc from "fast-check";
import { createHttp } from "hufu/http";
import { HUFU_PERMISSIONS } from "../../server/src/access/hufu-permissions.ts";
import { BAKERY, ISSUER, openStack, type Stack } from "../stack/stack.fixture.ts";
import { verdictOf } from "../stack/verdict.ts";

export const PATH = new URL(ISSUER).pathname;

/** Short-lived facts, and what only records refusals. */
const UNCOUNTED = new Set(["hufu_hot", "hufu_audit", "hufu_refusals"]);

/** Seed and number of runs; a failed run prints its seed. */
export const RUNS: fc.Parameters<unknown> = {
  numRuns: Number(process.env["HUFU_FUZZ_RUNS"] ?? 300),
  ...(process.env["HUFU_SEED"] === undefined ? {} : { seed: Number(process.env["HUFU_SEED"]) }),
};

/** A Hufu behind its own router, and one signed-in user. */
export interface Hostile {
  readonly stack: Stack;
  readonly access: string;
  readonly refresh: string;
  readonly userId: string;
  /** Gives a token with which everything below `/admin` may be asked; a new one where the last was ended. */
  administrator(): Promise<() => Promise<string>>;
  send(path: string, init?: RequestInit): Promise<Response>;
  form(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Every row that a refused request must leave as it is. Short-lived facts do not count. */
  rows(): string;
}

export async function openHostile(t: Parameters<typeof openStack>[0]): Promise<Hostile> {
  const stack = await openStack(t, {
    rolesFrom: "hufu",
    roles: { member: ["order:read:own", "order:create"], admin: ["order:read:all"], root: HUFU_PERMISSIONS },
    clients: [{ id: "asker", secret: "test only: 93d2c1e05b7a88467f1d5e6a", permissions: [] }],
  });
  const { fetch } = createHttp(stack.hufu);
  const { access, refresh, userId } = await stack.signIn("alice");
  const send = async (path: string, init?: RequestInit): Promise<Response> =>
    fetch(new Request(new URL(path, ISSUER), init));
  return {
    stack,
    access,
    refresh,
    userId,
    async administrator() {
      const boss = await stack.signIn("boss");
      await stack.hufu.users.setRoles(boss.userId, ["root"]);
      let held = await stack.signIn("boss");
      return async () => {
        // What was fuzzed may have reset everybody.
        const over = await verdictOf(() => stack.hufu.verifier.check(`Bearer ${held.access}`));
        if (over !== "ok") held = await stack.signIn("boss");
        return held.access;
      };
    },
    send,
    form: (path, fields, headers = {}) =>
      send(path, { method: "POST", body: new URLSearchParams({ client_id: BAKERY, ...fields }), headers }),
    rows: () => JSON.stringify(Object.entries(stack.dump()).filter(([table]) => !UNCOUNTED.has(table))),
  };
}

/** One byte of a live text changed, removed, doubled or put in. */
export function mutated(text: string): fc.Arbitrary<string> {
  const at = fc.nat(Math.max(0, text.length - 1));
  const character = fc.oneof(
    fc.constantFrom(..."AZaz09-_.=+/ \t\"'{}[]%\\,;:"),
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  return fc.oneof(
    fc.tuple(at, character).map(([index, put]) => text.slice(0, index) + put + text.slice(index + 1)),
    fc.tuple(at, character).map(([index, put]) => text.slice(0, index) + put + text.slice(index)),
    at.map((index) => text.slice(0, index) + text.slice(index + 1)),
    at.map((index) => text.slice(0, index)),
    fc.tuple(at, at).map(([from, to]) => text.slice(0, from) + text.slice(Math.min(from, to))),
  );
}

/** Can `fetch` send this as a header's value? */
export function isHeaderValue(text: string): boolean {
  try {
    new Headers({ x: text });
    return true;
  } catch {
    return false;
  }
}
