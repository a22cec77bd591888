import { createServer } from "node:http";
import { CLIENT_ID, hufuWithPeople } from "../people.ts";
import { tellParent } from "./tell-parent.ts";

/** What a driver was asked to send. */
export interface Sent {
  /** The server keeps it parsed under this name, where it has names. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The reading and the change of a refresh. */
export interface TwoStatements {
  readonly read: Sent;
  readonly change: Sent;
}

/**
 * Signs so many users in, and listens to the second refresh of one of them.
 * @param driver whose method of this name sends a statement
 * @param sentOf what its arguments say
 */
export async function overhearRefresh<Name extends string>(
  [url = "", sessions]: readonly (string | undefined)[],
  driver: Record<Name, (...asked: never[]) => unknown>,
  name: Name,
  sentOf: (asked: readonly unknown[]) => Sent | undefined,
): Promise<TwoStatements> {
  const { hufu, people } = await hufuWithPeople(url, Number(sessions));
  const child = await hufu.protocol.refresh({ clientId: CLIENT_ID, refreshToken: people[0]?.refreshToken ?? "" });

  const sent: Sent[] = [];
  const method = driver[name];
  Object.assign(driver, {
    [name](this: unknown, ...asked: unknown[]): unknown {
      const heard = sentOf(asked);
      if (heard !== undefined) sent.push(heard);
      return Reflect.apply(method, this, asked);
    },
  });
  await hufu.protocol.refresh({ clientId: CLIENT_ID, refreshToken: child.refreshToken ?? "" });
  Object.assign(driver, { [name]: method });
  await hufu.close();

  const read = sent.find(({ text }) => text.startsWith("select") && text.includes("hufu_sessions"));
  const change = sent.find(({ text }) => text.startsWith("update") && text.includes("hufu_sessions"));
  if (read === undefined || change === undefined) throw new Error("Hufu did not send the two statements");
  return { read, change };
}

/** Answers a refresh with the id of the session, as often as it is asked. */
export function serveRefresh(ids: readonly string[], refresh: (id: string) => Promise<boolean>): void {
  const server = createServer((request, response) => {
    let form = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      form += text;
    });
    request.on("end", () => {
      const id = new URLSearchParams(form).get("refresh_token") ?? "";
      refresh(id).then(
        (isDone) => {
          const body = JSON.stringify({ access_token: "ey: none", refresh_token: id });
          response.writeHead(isDone ? 200 : 400, { "content-length": Buffer.byteLength(body) });
          response.end(body);
        },
        () => response.writeHead(503).end(),
      );
    });
  });
  server.listen(0, "127.0.0.1", () => tellParent(server.address(), ids));
}
