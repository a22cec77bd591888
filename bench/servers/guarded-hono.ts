// Hono with one guarded route, as a step and around the handler, the same one without its guard, and one with a step that
// does nothing.
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createGuard } from "hufu/hono";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, Number(process.argv[2]));
const guard = createGuard(hufu);
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));
const app = new Hono();
app.get("/trust", (c) => c.json(trustIn(hufu)));
app.get("/open", (c) => c.json({ orders: [] }));
app.get("/guarded", guard("order:read:own"), (c) => c.json({ orders: [] }));
app.get(
  "/around",
  guard.around("order:read:own", (c) => c.json({ orders: [] })),
);
app.get(
  "/step",
  (_c, next) => next(),
  (c) => c.json({ orders: [] }),
);
app.get(
  "/map",
  (c, next) => (isKnown(c.req.header("authorization")) ? next() : Promise.resolve(c.body(null, 401))),
  (c) => c.json({ orders: [] }),
);
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) =>
  tellParent(
    address,
    people.map(({ accessToken }) => accessToken),
  ),
);
