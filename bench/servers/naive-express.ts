// The naive back end of the examples, as it is.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createNaiveBackend } from "../../examples/naive-openid/naive-openid.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fillNaively } from "./naive-tables.ts";
import { tellParent } from "./tell-parent.ts";

const database = new DatabaseSync(join(scratchFolder(), "naive.db"));
fillNaively(database, Number(process.argv[2]));
const server = createNaiveBackend({ database }).listen(0, "127.0.0.1", () => tellParent(server.address()));
