// Fastify with one guarded route, the same one without its guard, and one with a hook that does nothing.
import { join } from "node:path";
import { fastify } from "fastify";
import { createGuard } from "hufu/fastify";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, Number(process.argv[2]));
const guard = createGuard(hufu);
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));
const app = fastify();
app.get("/trust", async () => trustIn(hufu));
app.get("/open", async () => ({ orders: [] }));
app.get("/guarded", { onRequest: guard("order:read:own") }, async () => ({ orders: [] }));
app.get("/step", { onRequest: (_request, _reply, done) => done() }, async () => ({ orders: [] }));
app.get(
  "/map",
  {
    onRequest: (request, reply, done) => {
      if (isKnown(request.headers.authorization)) done();
      else reply.code(401).send();
    },
  },
  async () => ({ orders: [] }),
);
await app.listen({ host: "127.0.0.1", port: 0 });
tellParent(
  app.server.address(),
  people.map(({ accessToken }) => accessToken),
);
