import * as z from "zod";
import { closed } from "../../options/closed-object.ts";
import { checkedText, flag, list, text, wholeNumber } from "../../options/values.ts";

const address = closed({
  host: text("The host."),
  port: wholeNumber("The port.", { least: 1, most: 65_535 }),
});

const credentials = {
  username: text("The user. Default is Redis's default user.").optional(),
  password: text("The password; write env:NAME or file:PATH.").optional(),
  tls: flag("Connect over TLS.").default(false),
};

const redisUrl = checkedText("redis://HOST:PORT, or rediss://HOST:PORT over TLS.", (written) =>
  /^rediss?:$/.test(URL.parse(written)?.protocol ?? "")
    ? undefined
    : "not understood; write redis://HOST:PORT or rediss://HOST:PORT",
);

/** Redis as data: a URL, a group under Sentinels, or a cluster. */
export const redisOptions = z
  .union(
    [
      redisUrl,
      closed({
        sentinels: list(address, "The Sentinels.", 1),
        name: text("The name of the group of servers."),
        sentinelUsername: text("The user at the Sentinels.").optional(),
        sentinelPassword: text("The password at the Sentinels; write env:NAME or file:PATH.").optional(),
        db: wholeNumber("Number of the database.", { least: 0, most: 1_000_000 }).default(0),
        ...credentials,
      }),
      closed({ cluster: list(address, "Some nodes of the cluster.", 1), ...credentials }),
    ],
    { error: "must be a URL, { sentinels, name } or { cluster }" },
  )
  .describe(
    "Redis or Valkey, with ioredis installed: redis://…, rediss://…, { sentinels, name } or { cluster }. Default is none.",
  );
