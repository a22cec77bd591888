// Follows docs/guides/simulated-phone.md as its reader would, with the packed tarballs alone: the guide's own test runs
// in a project outside this repository, on the example's mini program and back end.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

const GUIDES = ["docs/guides/simulated-phone.md", "docs/guides/simulated-phone.zh-CN.md"] as const;
const PACKAGES = ["server", "simulator", "client"] as const;
const env = pinnedEnvironment();

/** What the guide leaves to its reader: a back end that listens. */
const START_BACKEND = `
import { once } from "node:events";
import { createServer } from "node:http";
import { openShopBackend } from "./backend.ts";

export async function startBackend(wechat) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = "http://127.0.0.1:" + server.address().port;
  const shop = await openShopBackend(
    {
      issuer: url + "/auth",
      secret: "only for this check: 7c1f0d52a9e8446fb3d2",
      database: "sqlite:hufu.db",
      apps: [{ appId: "wx0123456789abcdef", appSecret: "simulated", endpoint: wechat }],
    },
    "shop.db",
  );
  server.on("request", shop.app);
  return {
    url,
    async close() {
      server.closeAllConnections();
      server.close();
      await shop.close();
    },
  };
}
`;

/** The guide's first block, with the reader's part imported instead of declared. */
export function guideTest(page: string): string {
  const block = /```ts\n([\s\S]*?)```/.exec(page)?.[1];
  if (block === undefined) throw new Error("the guide has no block of code");
  const declared = /^declare function startBackend.*$/m;
  if (!declared.test(block)) throw new Error("the guide's first block declares no startBackend");
  return block.replace(declared, 'import { startBackend } from "./start-backend.js";');
}

function packAll(folder: string): readonly string[] {
  runCommand("npm", ["run", "build"], { env });
  return PACKAGES.map((name) => {
    const answer = runCommand("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: join(ROOT, name),
      env,
    });
    const [packed] = JSON.parse(answer) as readonly { filename: string }[];
    if (packed === undefined) throw new Error(`npm pack answered ${answer}`);
    return join(folder, packed.filename.replaceAll("/", "-").replace("@", ""));
  });
}

function follow(guide: string, tarballs: readonly string[], folder: string): void {
  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(project, "package.json"), '{ "name": "reader", "private": true, "type": "module" }');
  const installed = ["install", "--prefer-offline", "--no-audit", "--no-fund", "express@5", ...tarballs];
  runCommand("npm", installed, { cwd: project, env });
  cpSync(join(ROOT, "examples/shop/miniprogram"), join(project, "miniprogram"), { recursive: true });
  for (const file of ["backend.ts", "payments.ts"]) cpSync(join(ROOT, "examples/shop", file), join(project, file));
  writeFileSync(join(project, "start-backend.js"), START_BACKEND);
  writeFileSync(join(project, "phone.test.ts"), guideTest(readFileSync(join(ROOT, guide), "utf8")));
  runCommand("node", ["--test", "phone.test.ts"], { cwd: project, env });
  console.log(`${guide}: its test passes with the packed packages`);
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "hufu-guides-"));
  try {
    const tarballs = packAll(folder);
    for (const guide of GUIDES) follow(guide, tarballs, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
