// `Request` and `Response` without a framework: one guarded route, the same one without its guard, and one inside a
// function that does nothing.
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createGuard } from "hufu/web";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

type Answering = (request: Request) => Response | Promise<Response>;

const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, Number(process.argv[2]));
const guard = createGuard(hufu);
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));
const orders = (): Response => Response.json({ orders: [] });
const step =
  (handler: Answering): Answering =>
  (request) =>
    handler(request);
const known =
  (handler: Answering): Answering =>
  (request) =>
    isKnown(request.headers.get("authorization") ?? undefined) ? handler(request) : new Response(null, { status: 401 });
const routes = new Map<string, Answering>([
  ["/trust", () => Response.json(trustIn(hufu))],
  ["/open", orders],
  ["/guarded", guard("order:read:own", orders)],
  ["/step", step(orders)],
  ["/map", known(orders)],
]);
const answer: Answering = (request) => {
  const path = request.url.slice(request.url.indexOf("/", 8));
  return routes.get(path)?.(request) ?? new Response(null, { status: 404 });
};
serve({ fetch: answer, hostname: "127.0.0.1", port: 0 }, (address) =>
  tellParent(
    address,
    people.map(({ accessToken }) => accessToken),
  ),
);
