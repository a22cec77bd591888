import type { Endpoint } from "../endpoint.ts";
import { createOpenApi, type OpenApi } from "../openapi/create-openapi.ts";
import { createKeptByEtag, PUBLIC } from "./kept-by-etag.ts";

/** `GET /openapi.json`: every endpoint as OpenAPI 3.1. Made when it is first asked for. */
export function openapiEndpoint(issuer: string): Endpoint {
  const keptByEtag = createKeptByEtag(PUBLIC);
  let made: OpenApi | undefined;
  return {
    path: "/openapi.json",
    refusals: "guard",
    methods: {
      GET(call) {
        made ??= createOpenApi(issuer);
        return keptByEtag(call, made);
      },
    },
  };
}
