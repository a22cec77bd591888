// `hufu serve` with a platform that answers at once, on SQLite or on the database of a URL: every code is somebody new.
import { startHttpServer } from "../../server/src/cli/server/http-server.ts";
import { createLog } from "../../server/src/cli/server/log.ts";
import { runServer } from "../../server/src/cli/server/run-server.ts";
import { benchOptions } from "../people.ts";
import { databaseOf } from "./database-of.ts";
import { tellParent } from "./tell-parent.ts";

/** What the platform says of a code, without a network between. */
const platform: typeof fetch = async (url) => {
  const code = new URL(String(url)).searchParams.get("js_code");
  return new Response(JSON.stringify({ openid: `o${code}`, session_key: "YmVuY2hiZW5jaGJlbmNoYg==" }));
};

await runServer({
  options: {
    ...benchOptions("https://api.weixin.qq.com", databaseOf(process.argv[2])),
    environment: { fetch: platform },
  },
  log: createLog("info"),
  drainMs: 0,
  listen: () => startHttpServer("127.0.0.1", 0),
  started: (_hufu, { port }) => tellParent(port),
});
