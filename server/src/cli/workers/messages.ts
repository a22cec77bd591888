import type { MetricObjectWithValues, MetricValue } from "prom-client";
import type { Readiness } from "../../hufu/node/readiness.ts";
import type { ServerConfig } from "../config/config-schema.ts";
import type { LogLevel } from "../server/log.ts";

/** What a running server cannot change: one and the same for all workers, also for those that start later. */
export type FixedPart = Pick<ServerConfig, "listen" | "metrics" | "drain">;

/** What the primary needs of a configuration that it never reads itself. */
export interface ToldSettings {
  readonly logLevel: LogLevel;
  /** Are requests for metrics written to the log? */
  readonly accessLog: boolean;
}

/** A worker has read the configuration. */
export interface Beginning extends ToldSettings {
  readonly fixed: FixedPart;
}

/** What it goes on with. */
export interface Begun {
  /** Of the first worker that began. */
  readonly fixed: FixedPart;
  /** Is everything logged for a while, as SIGUSR2 asked for? */
  readonly everything: boolean;
}

/** What all workers together come to. */
export interface JointState {
  readonly ready: boolean;
  /** `ok`, or who is not ready and why. */
  readonly text: string;
}

/** The metrics of one process, as prom-client's registry tells them. */
export type MetricTexts = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What workers ask of the primary, and what it answers. */
export interface PrimaryAnswers {
  begin(beginning: Beginning): Promise<Begun>;
  /** This worker answers requests. */
  started(): Promise<void>;
  settings(told: ToldSettings): Promise<void>;
  ready(): Promise<JointState>;
}

/** What the primary asks of a worker. */
export interface WorkerAnswers {
  ready(): Promise<Readiness>;
  metrics(): Promise<MetricTexts>;
  /** Everything is to be logged from now on, or no longer. */
  everything(on: boolean): Promise<void>;
}
