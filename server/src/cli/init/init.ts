import { existsSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { systemRandom } from "../../core/random.ts";
import { differencesAt } from "../../hufu/database/open-database.ts";
import { mistakesInWords, readBySchema } from "../../options/mistakes.ts";
import { checkPlatform } from "../check/check-platform.ts";
import { moduleConfig } from "../config/config-schema.ts";
import { confirm } from "../output/confirm.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { APP_SECRET_FILE, configText, SECRET_FILE } from "./config-text.ts";
import { type InitAnswers, type InitOptions, initAnswers } from "./init-answers.ts";
import { ignoredByGit, type NewFile, writeFiles } from "./write-files.ts";

const DEFAULT_FILE = "hufu.config.mjs";

/** `hufu init`: a first configuration, with a secret that stays. */
export function addInit(program: Command, terminal: Terminal): void {
  program
    .command("init")
    .summary("write a first configuration, with a secret that stays")
    .description(
      "Writes a configuration with comments, and beside it the folder secrets: a secret that Hufu makes, and the " +
        "AppSecret of your mini program, each in a file that only you can read. Asks for what the options do not say.",
    )
    .option("-c, --config <file>", "the file to write, a module (.mjs): JSON cannot hold comments", DEFAULT_FILE)
    .option("--appid <id>", "the appid of the mini program")
    .addOption(
      new Option("--app-secret-file <file>", "where its AppSecret is; - is standard input").conflicts("appSecretEnv"),
    )
    .option("--app-secret-env <name>", "the environment variable that has its AppSecret, now and when the server runs")
    .option("--issuer <url>", "the address under which clients reach Hufu")
    .option("--database <url>", "sqlite:FILE, or env:NAME or file:PATH where the URL is", "sqlite:hufu.db")
    .option("--endpoint <url>", "the platform's address, if it is not WeChat's own: a relay, or the simulator")
    .option("--try-platform", "try appid and AppSecret at the platform first, and write nothing if it refuses them")
    .option("--force", "replace a configuration and an AppSecret that are there already; Hufu's secret stays")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu init
  $ hufu init --appid wx0123456789abcdef --app-secret-env WX_SECRET --issuer https://api.example.com/auth
  $ hufu init --appid wx0123456789abcdef --app-secret-file - --try-platform

There is no option for the AppSecret itself: it would stay in the shell's history. At a terminal it is asked for, and not shown.
Trying it counts as one call of the app's quota.`,
    )
    .action(async (options: InitOptions) => {
      const file = configFile(options.config, terminal.folder);
      refuseExisting(file, options.force === true);
      const answers = await initAnswers(options, terminal);
      checkAnswers(answers);
      if (answers.tryPlatform) await tryPlatform(answers, terminal);
      terminal.out(written(write(file, answers, options.force === true), answers, file, terminal.folder));
    });
}

function configFile(written: string, folder: string): string {
  const file = resolve(folder, written);
  if (extname(file) === ".mjs") return file;
  throw new Failure(
    `--config: the name must end in .mjs, such as ${DEFAULT_FILE}: it is written as a module, for its comments`,
  );
}

/** Called before the first question. */
function refuseExisting(file: string, force: boolean): void {
  if (!force && existsSync(file)) throw new Failure(`nothing was written: ${file} exists already; --force replaces it`);
}

/** Everything that `serve` will check of it, with the values that the references will have. */
function checkAnswers({ issuer, database, appId, appSecret, endpoint }: InitAnswers): void {
  const isReference = /^(?:env|file):./.test(database);
  if (!isReference) differencesAt(database);
  const { mistakes } = readBySchema(moduleConfig, {
    issuer,
    database: isReference ? "sqlite:hufu.db" : database,
    secret: [newSecret()],
    apps: [{ appId, appSecret: appSecret.value, ...(endpoint === undefined ? {} : { endpoint }) }],
  });
  const [first, ...more] = mistakes;
  if (first !== undefined) throw new Failure(`nothing was written: ${mistakesInWords([first, ...more])}`);
}

async function tryPlatform({ appId, appSecret, endpoint }: InitAnswers, terminal: Terminal): Promise<void> {
  const app = { appId, appSecret: appSecret.value, ...(endpoint === undefined ? {} : { endpoint }) };
  const [found] = await checkPlatform([app], [newSecret()]);
  if (found === undefined || found.level === "ok") return;
  await confirm(terminal, `The platform was tried: ${found.text}.`, false);
}

function newSecret(): string {
  return systemRandom(32).toString("hex");
}

/** The configuration is last: when it is there, all that it names is. */
function write(file: string, answers: InitAnswers, force: boolean): readonly NewFile[] {
  const folder = dirname(file);
  const secret = { path: join(folder, SECRET_FILE), content: `${newSecret()}\n`, mode: 0o600 };
  const gitignore = ignoredByGit(dirname(secret.path));
  const files = [
    // A new one would make the database's content unreadable and sign all users out.
    ...(force && existsSync(secret.path) ? [] : [secret]),
    ...(answers.appSecret.reference === undefined
      ? [{ path: join(folder, APP_SECRET_FILE), content: `${answers.appSecret.value}\n`, mode: 0o600 }]
      : []),
    ...(existsSync(gitignore.path) ? [] : [gitignore]),
    { path: file, content: configText(answers, basename(file)), mode: 0o644 },
  ];
  writeFiles(files, force);
  return files;
}

function written(files: readonly NewFile[], answers: InitAnswers, file: string, folder: string): string {
  const shown = (path: string) => relative(folder, path) || path;
  const config = shown(file);
  const quoted = /^[\w./-]+$/.test(config) ? config : `"${config}"`;
  const secrets = files.filter(({ path }) => !path.endsWith(".gitignore") && path !== file);
  const lines = [
    `Wrote ${config}.`,
    ...secrets.map(({ path }) => `Wrote ${shown(path)}, which only you can read. Keep it out of the repository.`),
    answers.tryPlatform
      ? "The platform accepts appid and AppSecret."
      : "appid and AppSecret were not tried; hufu check does.",
    "",
    "Look whether everything is ready, and start it:",
    `  npx hufu check --config ${quoted}`,
    `  npx hufu serve --config ${quoted}`,
  ];
  return `${lines.join("\n")}\n`;
}
