// Jest, ts-jest and a CommonJS project in TypeScript with the packed tarballs: what they say at first, and that what
// docs/guides/jest.md tells their users to do is enough. The programs are pinned in tools/jest.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installLocked } from "./install-locked.ts";
import { linkModules } from "./link-modules.ts";
import { readMarkdown } from "./markdown-page.ts";
import { pinnedEnvironment, ROOT } from "./run-command.ts";

const PAGES = ["docs/guides/jest.md", "docs/guides/jest.zh-CN.md"] as const;

/** What the guide tells its reader to write, as it stands there. */
interface Guide {
  /** The text that Jest prints. */
  readonly error: string;
  readonly jest: string;
  readonly tsJest: string;
  readonly tsconfig: string;
}

/** A guarded route, asked with and without a token. */
const ROUTE = `
  const hufu = createTestHufu({ roles: { member: ["order:read:own"] } });
  const app = express();
  app.get("/orders", createGuard(hufu)("order:read:own"), (_request, response) => { response.json([]); });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { authorization } = hufu.signedIn({ roles: ["member"], uid: "42" });
  const ask = (headers: Record<string, string>) => fetch(\`http://127.0.0.1:\${address.port}/orders\`, { headers });
  const statuses = [(await ask({ authorization })).status, (await ask({})).status];
  server.close();
`;
const ROUTE_IN_JAVASCRIPT = ROUTE.replace("(headers: Record<string, string>)", "(headers)");
const IMPORTS = `import express from "express";
import { createGuard } from "hufu/express";
import { createTestHufu } from "hufu/testing";
`;

/** The whole of Hufu: SQLite, a simulated platform, a sign-in, a guard. */
const SIGN_IN = `
const { mkdtempSync, rmSync } = require("node:fs");
const { randomBytes } = require("node:crypto");
const { createHufu } = require("hufu");
const { createSimulatedWeChat } = require("@hufu/simulator");
test("a sign-in", async () => {
  const app = { appId: "wx-stranger", appSecret: "simulated" };
  const wechat = createSimulatedWeChat({ apps: [app] });
  const platform = await wechat.listen();
  const folder = mkdtempSync("hufu-");
  const hufu = await createHufu({
    issuer: "http://127.0.0.1:1/auth",
    secret: randomBytes(32).toString("hex"),
    database: "sqlite:" + folder + "/hufu.db",
    apps: [{ ...app, endpoint: platform.url }],
  });
  const signIn = { clientId: "wx-stranger", code: wechat.issueCode({ user: "alice" }) };
  const { accessToken } = await hufu.protocol.signIn(signIn);
  expect((await hufu.verifier.check("Bearer " + accessToken)).kind).toBe("user");
  await hufu.close();
  await platform.close();
  rmSync(folder, { recursive: true });
});
`;

/** @throws Error if the page has other blocks than these */
export function readGuide(page: string): Guide {
  const error = /^# `(.+)`$/m.exec(page)?.[1];
  const [jest, tsJest, tsconfig, ...others] = readMarkdown(page).snippets.map(({ code }) => code);
  if (error === undefined || jest === undefined || tsJest === undefined || tsconfig === undefined)
    throw new Error("the guide lacks its title or a block");
  if (others.length > 0) throw new Error("the guide has a block that nobody tries");
  return { error, jest, tsJest, tsconfig };
}

/** @param project a folder with the tarballs in its `node_modules` @throws Error with what was printed */
export function tryWithJest(project: string): void {
  const [guide, inChinese] = PAGES.map((page) => readGuide(readFileSync(join(ROOT, page), "utf8")));
  if (guide === undefined || JSON.stringify(guide) !== JSON.stringify(inChinese))
    throw new Error(`${PAGES.join(" and ")} differ in what they tell their readers to write`);
  linkModules(dirname(installLocked("jest")), join(project, "node_modules"));

  const jest = folderOf(project, "jest", {
    "package.json": "{}",
    "orders.test.js": `${inCommonJs(IMPORTS)}test("orders", async () => {${ROUTE_IN_JAVASCRIPT}  expect(statuses).toEqual([200, 401]);\n});\n`,
    "sign-in.test.js": SIGN_IN,
  });
  expectFailure("Jest without options", run(jest, "npx", "--no", "jest"), guide.error);
  writeFileSync(join(jest, "package.json"), guide.jest);
  expectSuccess("Jest as the guide says", run(jest, "npm", "test"));

  const tsJest = folderOf(project, "ts-jest", {
    "package.json": guide.tsJest,
    "tsconfig.json": guide.tsconfig,
    "orders.test.ts": `${IMPORTS}test("orders", async () => {${ROUTE}  expect(statuses).toEqual([200, 401]);\n});\n`,
  });
  expectFailure("ts-jest without the flag", run(tsJest, "npx", "--no", "jest"), guide.error);
  expectSuccess("ts-jest as the guide says", run(tsJest, "npm", "test"));

  const commonJs = folderOf(project, "commonjs", {
    "package.json": "{}",
    "tsconfig.json": guide.tsconfig,
    "app.ts": `${IMPORTS}async function main(): Promise<void> {${ROUTE}  console.log(statuses.join());\n}\nvoid main();\n`,
  });
  const compile = (...how: readonly string[]) => run(commonJs, "npx", "--no", "--", "tsc", "--types", "node", ...how);
  expectFailure("module node16", compile("--module", "node16", "--noEmit"), "TS1479");
  expectFailure("module commonjs", compile("--module", "commonjs", "--noEmit"), "TS2307");
  expectSuccess("the compiler as the guide says", compile());
  const said = expectSuccess("what it compiled", run(commonJs, "node", "--throw-deprecation", "app.js"));
  if (said.trim() !== "200,401") throw new Error(`what it compiled said ${said}`);
}

function inCommonJs(imports: string): string {
  return imports.replace(/^import (.+) from (".+");$/gm, "const $1 = require($2);");
}

function folderOf(project: string, name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(project, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  // The guide's command names Jest in the project's own folder.
  symlinkSync(join("..", "node_modules"), join(folder, "node_modules"));
  return folder;
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

function run(folder: string, program: string, ...args: readonly string[]): Ran {
  const env = { ...pinnedEnvironment(), FORCE_COLOR: "0" };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", timeout: 120_000 });
  return { status, output: `${stdout}${stderr}` };
}

function expectFailure(what: string, { status, output }: Ran, text: string): void {
  if (status === 0 || !output.includes(text))
    throw new Error(`${what} does not say ${text}, but ${status}:\n${output}`);
}

function expectSuccess(what: string, { status, output }: Ran): string {
  if (status !== 0) throw new Error(`${what} fails:\n${output}`);
  return output;
}
