// Koa with one guarded route, the same one without its guard, and one with a middleware that does nothing.
import { join } from "node:path";
import Router from "@koa/router";
import { createGuard } from "hufu/koa";
import Koa from "koa";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, Number(process.argv[2]));
const guard = createGuard(hufu);
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));
const router = new Router();
const orders = (ctx: { body: unknown }): void => {
  ctx.body = { orders: [] };
};
router.get("/trust", (ctx) => {
  ctx.body = trustIn(hufu);
});
router.get("/open", orders);
router.get("/guarded", guard("order:read:own"), orders);
router.get("/step", (_ctx, next) => next(), orders);
router.get("/map", (ctx, next) => (isKnown(ctx.get("authorization")) ? next() : ctx.throw(401)), orders);
const app = new Koa();
app.use(router.routes());
const server = app.listen(0, "127.0.0.1", () =>
  tellParent(
    server.address(),
    people.map(({ accessToken }) => accessToken),
  ),
);
