import { connect } from "node:net";
import { type Answer, objectIn } from "./ask.ts";

/** Writes bytes to a fresh connection and reads what comes back until it is closed: for what no HTTP client would send. */
export function rawRequest(port: number, bytes: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error) => (chunks.length > 0 ? resolve(read(chunks)) : reject(error)));
    socket.on("close", () => resolve(read(chunks)));
    socket.write(bytes);
  });
}

function read(chunks: readonly Buffer[]): Answer {
  const whole = Buffer.concat(chunks).toString("utf8");
  const end = whole.indexOf("\r\n\r\n");
  const [line = "", ...fields] = (end < 0 ? whole : whole.slice(0, end)).split("\r\n");
  const pairs = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  const text = end < 0 ? "" : whole.slice(end + 4);
  const body = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  return { status: Number(line.split(" ")[1] ?? 0), headers: Object.fromEntries(pairs), text, json: objectIn(body) };
}
