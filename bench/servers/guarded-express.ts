// Express with one guarded route, the same one without its guard, and the naive back end's own route behind a guard.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import express from "express";
import { authOf, createGuard } from "hufu/express";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { fillNaively } from "./naive-tables.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

const count = Number(process.argv[2]);
const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, count);
const guard = createGuard(hufu);
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));
const database = new DatabaseSync(join(scratchFolder(), "shop.db"));
fillNaively(database, count);
const findOrder = database.prepare("select id, owner, item from orders where id = ?");

const app = express();
app.disable("x-powered-by");
app.get("/trust", (_request, response) => {
  response.json(trustIn(hufu));
});
app.get("/open", (_request, response) => {
  response.json({ orders: [] });
});
app.get("/guarded", guard("order:read:own"), (_request, response) => {
  response.json({ orders: [] });
});
app.get(
  "/step",
  (_request, _response, next) => next(),
  (_request, response) => {
    response.json({ orders: [] });
  },
);
app.get(
  "/map",
  (request, response, next) => {
    if (isKnown(request.headers.authorization)) next();
    else response.status(401).end();
  },
  (_request, response) => {
    response.json({ orders: [] });
  },
);
app.get("/orders/:id", guard("order:read:own"), (request, response) => {
  const order = findOrder.get(Number(request.params["id"]));
  if (order === undefined || authOf(request).sub === "") response.status(404).json({ error: "no such order" });
  else response.json(order);
});
const server = app.listen(0, "127.0.0.1", () =>
  tellParent(
    server.address(),
    people.map(({ accessToken }) => accessToken),
  ),
);
