import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { toBase64url } from "../../core/base64url.ts";
import { systemRandom } from "../../core/random.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";

const DATABASE = "hufu.db";
const SECRET = "secret";

/** Where a development server keeps what it must remember. */
export interface DevFolder {
  readonly folder: string;
  readonly database: string;
  readonly secret: string;
  /** Removes the folder, if it was only a temporary one. */
  remove(): void;
}

/**
 * Writes the configuration with which the other commands work on this server, for as long as its folder is there.
 * @returns its path
 */
export function writeDevConfig({ folder }: DevFolder, { issuer, endpoint }: DevConfig): string {
  const file = join(folder, "hufu.config.mjs");
  const text = `// What hufu serve --dev runs with, for the other commands. Written anew at each start.
export default {
  issuer: ${JSON.stringify(issuer)},
  database: ${JSON.stringify(`sqlite:${join(folder, DATABASE)}`)},
  secret: "file:${SECRET}",
  apps: (clientId) => ({ appId: clientId, appSecret: "simulated", endpoint: ${JSON.stringify(endpoint)} }),
};
`;
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** What is known of a development server once it runs. */
interface DevConfig {
  readonly issuer: string;
  /** Of the simulated platform. */
  readonly endpoint: string;
}

/** A folder that is kept, with the secret beside the database in a file that only its owner can read. */
export function keptFolder(folder: string): DevFolder {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return { ...inFolder(path, secretIn(join(path, SECRET))), remove: () => undefined };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`--data: the folder ${path} cannot be used: ${explainFailure(error)}`, { cause: error });
  }
}

/** A fresh folder that goes when the process does, however it ends. */
export function temporaryFolder(): DevFolder {
  const path = mkdtempSync(join(tmpdir(), "hufu-dev-"));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    ...inFolder(path, secretIn(join(path, SECRET))),
    remove(): void {
      process.off("exit", remove);
      remove();
    },
  };
}

function inFolder(folder: string, secret: string): Pick<DevFolder, "folder" | "database" | "secret"> {
  return { folder, database: `sqlite:${join(folder, DATABASE)}`, secret };
}

function newSecret(): string {
  return toBase64url(systemRandom(32));
}

function secretIn(file: string): string {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    writeFileSync(file, `${newSecret()}\n`, { mode: 0o600, flag: "wx" });
  }
  chmodSync(file, 0o600);
  return readFileSync(file, "utf8").trim();
}
