import type { Hints } from "../hints.ts";
import type { HotStore } from "../hot.ts";
import type { Store } from "../store.ts";

/**
 * One promise of a port, as data: any test runner can run it, each case with a harness of its own.
 * `run` rejects if the promise is broken.
 */
export interface ContractCase<Harness> {
  readonly name: string;
  run(harness: Harness): Promise<void>;
}

/** What an implementation of the durable ports lends to a case. */
export interface StoreHarness {
  /**
   * Opens the case's own data, empty at first. Opened again it is another node on the same data or, after a `close`,
   * the same node restarted.
   */
  open(): Promise<Store>;
  /** Lets so many milliseconds pass on the database's clock. */
  advance(ms: number): Promise<void>;
  /** Everything that is stored, in a form that can be compared. */
  dump(): Promise<unknown>;
}

/** What an implementation of the hot port lends to a case. */
export interface HotStoreHarness {
  /** Opens the case's own store, empty at first. Opened again it is another node on the same facts. */
  open(): Promise<HotStore>;
  /** Lets so many milliseconds pass. */
  advance(ms: number): Promise<void>;
}

/** What an implementation of hints lends to a case. */
export interface HintsHarness {
  /** Another node of the case's own deployment. */
  open(): Promise<Hints>;
  /** Cuts every connection, as a restart of the server does, and resolves when new ones can be made. */
  interrupt(): Promise<void>;
}
