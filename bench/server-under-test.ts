import { join } from "node:path";
import { nextMessage, startPinned, stop } from "./pinned-process.ts";

/** A server in a process of its own. */
export interface ServerUnderTest {
  readonly port: number;
  /** What it told beside its port: access or refresh tokens. */
  readonly texts: readonly string[];
  /** Processor time that it has used so far. */
  cpuMicros(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one of the files of `servers/` on the measured core; `options` are its arguments. */
async function startServer(file: string, ...options: readonly string[]): Promise<ServerUnderTest> {
  const script = join(import.meta.dirname, "servers", file);
  const child = startPinned("measured", ["--conditions=@hufu/source", script, ...options]);
  try {
    const started = (await nextMessage(child)) as Pick<ServerUnderTest, "port" | "texts">;
    return {
      ...started,
      async cpuMicros() {
        child.send("cpu");
        return (await nextMessage(child)) as number;
      },
      stop: () => stop(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Runs work with servers and stops them afterwards, whatever happens. */
export async function withServers<Result>(
  starts: readonly (readonly [file: string, ...options: string[]])[],
  work: (...servers: readonly ServerUnderTest[]) => Promise<Result>,
): Promise<Result> {
  const servers: ServerUnderTest[] = [];
  try {
    for (const [file, ...options] of starts) servers.push(await startServer(file, ...options));
    return await work(...servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}
