import { type Meter, outcomeOf } from "../core/meter/meter.ts";
import type { StoreOutcome } from "../core/meter/metrics.ts";
import type { Clock } from "../core/time/clock.ts";
import type { HotStore } from "./hot.ts";
import type { Store } from "./store.ts";

interface Timing {
  readonly meter: Meter;
  readonly clock: Pick<Clock, "monotonic">;
}

/** The same store, timed by port: waits for a connection, repeats after lost races and commits included. */
export function timedStore(store: Store, timing: Timing): Store {
  const time = <Port extends object>(group: string, port: Port): Port => timedPort(group, port, timing);
  return Object.freeze<Store>({
    ...store,
    sessions: time("sessions", store.sessions),
    users: time("users", store.users),
    phones: time("phones", store.phones),
    policy: time("policy", store.policy),
    keys: time("keys", store.keys),
    revocations: time("revocations", store.revocations),
    audit: time("audit", store.audit),
    deliveries: time("deliveries", store.deliveries),
    webhooks: time("webhooks", store.webhooks),
    tickets: time("tickets", store.tickets),
    directory: time("directory", store.directory),
    refusals: time("refusals", store.refusals),
    identityMoves: time("identity_moves", store.identityMoves),
    purge: time("purge", store.purge),
  });
}

/** The same for short-lived facts. */
export function timedHotStore(hot: HotStore, timing: Timing): HotStore {
  return timedPort("short_lived_facts", hot, timing);
}

/** What a unit of work refuses by itself, such as the sign-in of a banned user, is no fault of the store. */
function storeOutcomeOf(error: unknown): StoreOutcome {
  const outcome = outcomeOf(error);
  return outcome === "store_unavailable" || outcome === "internal_error" ? outcome : "refused";
}

/** A proxy of nothing, because what a frozen object answers may not be replaced. */
function timedPort<Port extends object>(group: string, port: Port, { meter, clock }: Timing): Port {
  const timed = new Map<string | symbol, unknown>();

  function timedMember(name: string | symbol): unknown {
    const member: unknown = Reflect.get(port, name);
    if (typeof member !== "function") return member;
    return (...given: readonly unknown[]): unknown => {
      const began = clock.monotonic();
      const answer: unknown = Reflect.apply(member, port, given);
      if (!(answer instanceof Promise)) return answer;
      const note = (outcome: StoreOutcome): void =>
        meter.time("hufu_store_duration_seconds", { group, outcome }, clock.monotonic() - began);
      answer.then(
        () => note("ok"),
        (error: unknown) => note(storeOutcomeOf(error)),
      );
      return answer;
    };
  }

  return new Proxy<Port>(Object.create(null), {
    get(_, name) {
      if (!timed.has(name)) timed.set(name, timedMember(name));
      return timed.get(name);
    },
    has: (_, name) => name in port,
  });
}
