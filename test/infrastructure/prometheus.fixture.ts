import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";

/** Debian's Prometheus, with what it has scraped. */
export interface Prometheus extends Pick<DatabaseServer, "close"> {
  /** The series that an expression has now. Rejects with Prometheus's own message if the expression is invalid. */
  query(expression: string): Promise<readonly { readonly metric: Readonly<Record<string, string>> }[]>;
}

/** Debian's promtool. @throws Error with what it says if it finds a mistake */
export function promtool(...given: readonly string[]): void {
  execFileSync("/usr/bin/promtool", given, { stdio: "pipe" });
}

/** Scrapes one target time and again, under the job `hufu`. */
export async function startPrometheus(target: string, everyMs: number): Promise<Prometheus> {
  const server = await startDatabaseServer({
    name: "prometheus",
    user: "nobody",
    initialise: () => undefined,
    command: "/usr/bin/prometheus",
    arguments(folder, port) {
      const config = { job_name: "hufu", scrape_interval: `${everyMs}ms`, scrape_timeout: `${everyMs}ms` };
      const scrapes = [{ ...config, static_configs: [{ targets: [target] }] }];
      // JSON is YAML.
      writeFileSync(join(folder, "prometheus.yml"), JSON.stringify({ scrape_configs: scrapes }), { mode: 0o644 });
      const options = { "config.file": join(folder, "prometheus.yml"), "storage.tsdb.path": join(folder, "data") };
      const flags = { ...options, "web.listen-address": `127.0.0.1:${port}`, "log.level": "error" };
      return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    },
    async ask(port) {
      const { ok, status } = await fetch(`http://127.0.0.1:${port}/-/ready`);
      if (!ok) throw new Error(`Prometheus answers ${status}`);
    },
  });
  return {
    close: server.close,
    async query(expression) {
      const url = `http://127.0.0.1:${server.port}/api/v1/query?${new URLSearchParams({ query: expression })}`;
      const answer = (await (await fetch(url)).json()) as {
        readonly error?: string;
        readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
      };
      if (answer.data === undefined) throw new Error(`${expression}: ${answer.error}`);
      return answer.data.result;
    },
  };
}
