import { HufuError } from "../errors/errors.ts";

/**
 * The level at which to log a fault that changes no answer. An outage of a store is logged at `debug`: its start is logged
 * once elsewhere, and each request during the outage would repeat it.
 */
export function faultLevel(cause: unknown): "debug" | "warn" {
  return cause instanceof HufuError && cause.reason === "store_unavailable" ? "debug" : "warn";
}
