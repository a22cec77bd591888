// Better Auth's own endpoints behind `node:http`.
import { once } from "node:events";
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { betterAuthOnSqlite } from "./better-auth-on-sqlite.ts";
import { durabilityOf } from "./durability.ts";
import { tellParent } from "./tell-parent.ts";

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
server.on("request", toNodeHandler(await betterAuthOnSqlite(origin, durabilityOf(process.argv[2]))));
tellParent(address);
