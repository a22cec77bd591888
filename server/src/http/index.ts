export type { AccessLogOptions } from "./access-log.ts";
export type { HttpApp, HttpBindings } from "./create-http.ts";
export { createHttp } from "./create-http.ts";
export { createNodeListener } from "./create-node-listener.ts";
export type { WireEntry } from "./errors/error-table.ts";
export { ERROR_TABLE } from "./errors/error-table.ts";
export type { HufuEndpoints, RouterOptions } from "./router.ts";
