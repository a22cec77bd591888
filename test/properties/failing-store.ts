import { HufuError } from "../../server/src/core/errors/errors.ts";
import { CommitUnknownError, type Store } from "../../server/src/store/store.ts";

/**
 * How a call goes wrong. `before`: it fails and has done nothing. `after`: it is carried out, and then fails. `hang`: it
 * is silent until the test lets go, and then it fails, having done nothing; `hang-after`: having been carried out at once.
 */
export type HowItFails = "before" | "after" | "hang" | "hang-after";

/** A store of which one call goes wrong. */
export interface FailingStore extends Store {
  /** From now on calls are counted from 1, and call number `call` goes wrong. */
  arm(call: number, how: HowItFails): void;
  /** The name of the call that has gone wrong since, such as `sessions.end`; `undefined` if so many were not made. */
  disarm(): string | undefined;
  /** Does a call hang just now? */
  hangs(): boolean;
  /** A call that hangs fails, as a statement does whose time is up. */
  letGo(): void;
  /** How many calls are not answered yet, those that hang left out. */
  underWay(): number;
}

/** The ports of a store, by name; what is not one of them is passed through. */
const PORTS = [
  "sessions",
  "users",
  "policy",
  "keys",
  "revocations",
  "audit",
  "deliveries",
  "webhooks",
  "tickets",
  "identityMoves",
  "hot",
] as const;

/** Wraps a store, whatever database is below. */
export function createFailingStore(store: Store): FailingStore {
  let made = 0;
  let armed: { readonly call: number; readonly how: HowItFails } | undefined;
  let fired: string | undefined;
  let underWay = 0;
  const hanging = new Set<() => void>();

  async function call(name: string, work: () => unknown): Promise<unknown> {
    made += 1;
    const how = armed?.call === made ? armed.how : undefined;
    if (how !== undefined) fired = name;
    underWay += 1;
    try {
      const answer = how === "before" || how === "hang" ? undefined : await work();
      if (how === undefined) return answer;
      if (how === "hang" || how === "hang-after") await hang();
      throw failure(name, how);
    } finally {
      underWay -= 1;
    }
  }

  async function hang(): Promise<void> {
    underWay -= 1;
    await new Promise<void>((resolve) => hanging.add(resolve));
    underWay += 1;
  }

  const ports = Object.fromEntries(PORTS.map((name) => [name, wrapped(store[name], name, call)]));
  return Object.freeze({
    ...store,
    ...ports,
    arm(number: number, how: HowItFails): void {
      made = 0;
      fired = undefined;
      armed = { call: number, how };
    },
    disarm(): string | undefined {
      armed = undefined;
      return fired;
    },
    hangs: () => hanging.size > 0,
    letGo(): void {
      for (const resolve of hanging) resolve();
      hanging.clear();
    },
    underWay: () => underWay,
  });
}

function failure(name: string, how: HowItFails): HufuError {
  const isUnknown = how === "after" || how === "hang-after";
  const cause = isUnknown ? new CommitUnknownError(`${name}: the test lost its answer`) : new Error(`${name}: a fault`);
  return new HufuError("store_unavailable", { retryAfter: 1, cause });
}

function wrapped<Port extends object>(
  port: Port,
  name: string,
  call: (name: string, work: () => unknown) => Promise<unknown>,
): Port {
  // An empty object before the port, because what is frozen may not be answered differently.
  const front: Port = Object.create(port);
  return new Proxy(front, {
    get(_, member) {
      const value: unknown = Reflect.get(port, member);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => call(`${name}.${String(member)}`, () => Reflect.apply(value, port, args));
    },
  });
}
