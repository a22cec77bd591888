import type { Endpoint } from "../endpoint.ts";
import type { OpenApi } from "../openapi/create-openapi.ts";
import { createKeptByEtag, PUBLIC } from "./kept-by-etag.ts";

/** `GET /openapi.json`: every endpoint as OpenAPI 3.1. Loaded and made when it is first asked for: its schemas cost a start much. */
export function openapiEndpoint(issuer: string): Endpoint {
  const keptByEtag = createKeptByEtag(PUBLIC);
  let made: OpenApi | undefined;
  return {
    path: "/openapi.json",
    refusals: "guard",
    methods: {
      async GET(call) {
        made ??= (await import("../openapi/create-openapi.ts")).createOpenApi(issuer);
        return keptByEtag(call, made);
      },
    },
  };
}
