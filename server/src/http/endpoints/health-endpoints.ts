import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";

/** Is this node fit to serve, and if not, why? */
export interface Fitness {
  ready(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }>;
}

/** `GET /healthz`: the process lives. */
export function healthEndpoint(): Endpoint {
  return { path: "/healthz", refusals: "guard", methods: { GET: () => privateJson(200, { status: "ok" }) } };
}

/** `GET /readyz`: 200 if this node is fit to serve, else 503. */
export function readyEndpoint(fitness: Fitness): Endpoint {
  return {
    path: "/readyz",
    refusals: "guard",
    methods: {
      async GET() {
        const { ready, checks } = await fitness.ready();
        return privateJson(ready ? 200 : 503, { status: ready ? "ready" : "not ready", checks });
      },
    },
  };
}
