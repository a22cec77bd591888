import { HufuError } from "./errors.ts";

/**
 * How loud to log a fault that costs nobody an answer. An outage of a store is whispered: anyone who found it out has said
 * so once, and each request that meets it would say so again.
 */
export function faultLevel(cause: unknown): "debug" | "warn" {
  return cause instanceof HufuError && cause.reason === "store_unavailable" ? "debug" : "warn";
}
