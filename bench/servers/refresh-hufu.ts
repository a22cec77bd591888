// `hufu serve` as it is, with so many sessions, on SQLite or on the database of a URL: its refresh tokens are told to the
// parent.
import { startHttpServer } from "../../server/src/cli/server/http-server.ts";
import { createLog } from "../../server/src/cli/server/log.ts";
import { runServer } from "../../server/src/cli/server/run-server.ts";
import { benchOptions, signInMany, withSimulator } from "../people.ts";
import { databaseOf } from "./database-of.ts";
import { tellParent } from "./tell-parent.ts";

const [where, sessions] = process.argv.slice(2);
await withSimulator(
  (endpoint, codeOf) =>
    new Promise((resolve, reject) => {
      runServer({
        options: benchOptions(endpoint, databaseOf(where)),
        log: createLog("info"),
        drainMs: 0,
        listen: () => startHttpServer("127.0.0.1", 0),
        started: (hufu, { port }) => {
          signInMany(hufu, codeOf, Number(sessions)).then((people) => {
            tellParent(
              port,
              people.map(({ refreshToken }) => refreshToken),
            );
            resolve(undefined);
          }, reject);
        },
      }).catch(reject);
    }),
);
