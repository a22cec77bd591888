import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { HUFU_PERMISSIONS } from "../access/hufu-permissions.ts";
import { createNodeListener } from "../http/index.ts";
import type { Hufu } from "../hufu/index.ts";
import { typed } from "./hufu.fixture.ts";
import { type MaintainedHufu, serving, stack } from "./maintained-hufu.fixture.ts";

/** How a page says it: lines for a shell, and calls below the issuer. */
export type Way = "sh" | "http";

/** Words of the page that stand for something of the case at hand. */
export type Placeholders = Readonly<Record<string, string>>;

const OFFICE = { id: "back-office", secret: "Jt5Bv8Nc2Xz4Lq7Wk1Ry6Hp9Gd3Sf0Ma", permissions: [...HUFU_PERMISSIONS] };
const APP_OF_THE_PAGE = "wx0123456789abcdef";

/** The lines of one way in a section of a guide, without their comments. */
function linesOf(page: string, heading: string, way: Way): readonly string[] {
  const text = readFileSync(new URL(`../../../docs/guides/${page}`, import.meta.url), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  assert.ok(section, `${page} has no section "${heading}"`);
  const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, language]) => language === way);
  const lines = blocks.flatMap(([, , code = ""]) => code.split("\n"));
  return lines.map((line) => line.replace(/\s+# .*$/, "").trim()).filter((line) => line !== "");
}

/** A server that answers on a port of this machine, and what one does about it. */
export interface Incident {
  readonly where: MaintainedHufu;
  /** The server; another one after a restart. */
  hufu(): Hufu;
  readonly issuer: string;
  /** Changes the configuration file. */
  configure(changes: Readonly<Record<string, unknown>>): void;
  restart(): Promise<void>;
  /** Does what a section says, line by line, each of which must succeed. Answers what each said. */
  replay(page: string, heading: string, way: Way, known?: Placeholders): Promise<readonly string[]>;
}

export async function openIncident(t: TestContext, changes: Readonly<Record<string, unknown>> = {}): Promise<Incident> {
  let listener: RequestListener = () => undefined;
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`;
  const where = await stack(t, { issuer, clients: [OFFICE], ...changes });
  let hufu: Hufu;
  const start = async () => {
    hufu = await serving(t, where);
    listener = createNodeListener(hufu);
  };
  await start();
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });

  const type = async (line: string): Promise<string> => {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    assert.equal(words.shift(), "hufu", line);
    const { code, out, err } = await typed(words, { ...where, answer: "yes" });
    assert.equal(code, 0, `${line}: ${err}${out}`);
    return out;
  };
  const call = async (line: string): Promise<string> => {
    const [, method, path, body] = /^([A-Z]+) (\/\S+)(?: (\{.*\}))?$/.exec(line) ?? assert.fail(line);
    const { accessToken } = await hufu.protocol.clientCredentials(hufu.protocol.authenticate(OFFICE.id, OFFICE.secret));
    const response = await fetch(`${issuer}${path}`, {
      ...(method === undefined ? {} : { method }),
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });
    const said = await response.text();
    assert.ok(response.ok, `${line}: ${response.status} ${said}`);
    return said;
  };

  return {
    where,
    hufu: () => hufu,
    issuer,
    configure: (changed) =>
      writeFileSync(where.config, JSON.stringify({ ...JSON.parse(readFileSync(where.config, "utf8")), ...changed })),
    async restart() {
      await hufu.close();
      await start();
    },
    async replay(page, heading, way, known = {}) {
      const lines = linesOf(page, heading, way);
      assert.notEqual(lines.length, 0, `${page}, "${heading}": no ${way} lines`);
      const said: string[] = [];
      for (const line of lines) {
        let meant = line;
        for (const [word, value] of Object.entries({ ...known, [APP_OF_THE_PAGE]: "wx-demo" })) {
          meant = meant.replaceAll(word, value);
        }
        said.push(await (way === "sh" ? type(meant) : call(meant)));
      }
      return said;
    },
  };
}
