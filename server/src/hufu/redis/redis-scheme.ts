import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

const ANSWER_MS = 2000;
const PORT = 6379;

/**
 * Is TLS asked of a port that speaks none, or the other way round? Either looks like an outage: the one side waits for
 * what the other never says.
 * @returns one sentence with what to write; `undefined` if it is neither
 */
export async function schemeMistake(place: string): Promise<string | undefined> {
  const url = URL.parse(place);
  if (url === null || url.hostname === "") return undefined;
  const at = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || PORT) };
  if (url.protocol === "rediss:" && (await speaksPlainly(at)))
    return `Redis speaks no TLS at ${url.host}: write redis:// in redis, or the port on which it speaks TLS`;
  if (url.protocol === "redis:" && (await speaksTls(at)))
    return `Redis speaks TLS at ${url.host}: write rediss:// in redis`;
  return undefined;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Redis answers every command, if only with an error. */
function speaksPlainly(at: Address): Promise<boolean> {
  const socket = connect(at);
  socket.write("PING\r\n");
  return happens(socket, "data", (bytes) => /^[+-]/.test(String(bytes)));
}

/** No certificate is checked, because nothing is sent. */
function speaksTls(at: Address): Promise<boolean> {
  return happens(connectTls({ ...at, rejectUnauthorized: false }), "secureConnect", () => true);
}

function happens(socket: Socket, event: string, isSo: (value: unknown) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_MS, () => settle(false));
    socket.once("error", () => settle(false)).once("close", () => settle(false));
    socket.once(event, (value: unknown) => settle(isSo(value)));
  });
}
