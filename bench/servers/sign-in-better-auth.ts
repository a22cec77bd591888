// Better Auth with its anonymous plugin on SQLite, limits and telemetry off.
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { anonymous } from "better-auth/plugins";
import { BENCH_SECRET } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { durabilityOf } from "./durability.ts";
import { tellParent } from "./tell-parent.ts";

const database = new DatabaseSync(join(scratchFolder(), "better-auth.db"));
database.exec(`pragma journal_mode = wal; pragma synchronous = ${durabilityOf(process.argv[2])}`);

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const auth = betterAuth({
  database,
  secret: BENCH_SECRET,
  baseURL: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
  plugins: [anonymous()],
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  logger: { disabled: true },
});
await (await getMigrations(auth.options)).runMigrations();
server.on("request", toNodeHandler(auth));
tellParent(address);
