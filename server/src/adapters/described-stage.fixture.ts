import { assertDescribed } from "../http/openapi/described.fixture.ts";
import type { Stage } from "./stage.fixture.ts";

const ISSUER_PATH = "/api/auth";

/** The same stage; each answer of an endpoint must be as the OpenAPI document says. */
export function asDescribed(stage: Stage): Stage {
  return {
    ...stage,
    async send(sent) {
      const received = await stage.send(sent);
      const { method = "GET", path, headers = [], body } = sent;
      if (!path.startsWith(`${ISSUER_PATH}/`)) return received;
      assertDescribed({
        method,
        path: path.slice(ISSUER_PATH.length),
        body: typeof body === "string" ? body : undefined,
        contentType: headers.find(([name]) => name.toLowerCase() === "content-type")?.[1],
        ...received,
      });
      return received;
    },
  };
}
