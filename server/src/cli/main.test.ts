import assert from "node:assert/strict";
import { test } from "node:test";
import { freshFolder, runHufu, typed } from "./hufu.fixture.ts";
import { version } from "./version.ts";

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  init: [],
  serve: [],
  health: [],
  check: [],
  doctor: [],
  users: ["find", "list", "show", "roles", "ban", "unban", "close", "link", "move", "undo"],
  sessions: ["list", "end"],
  roles: ["list", "set", "diff", "apply"],
  admin: ["grant"],
  apps: ["list"],
  clients: ["list"],
  deliveries: ["list", "retry"],
  audit: ["list", "verify", "export"],
  keys: ["list", "rotate", "revoke"],
  secrets: ["rotate"],
  revoke: [],
  recover: [],
  migrate: [],
  import: [],
  openapi: [],
  purge: [],
  token: ["inspect"],
  scan: [],
  simulate: [],
};

test("help mentions every command, and each explains itself with an example", async (t) => {
  const folder = freshFolder(t);
  const help = await typed(["--help"], { folder });
  assert.equal(help.code, 0);
  assert.equal(help.err, "");
  const listed = [...help.out.matchAll(/^ {2}([a-z]+)(?: .*)?$/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(listed)].toSorted(), [...Object.keys(COMMANDS), "help"].toSorted());
  for (const [name, below] of Object.entries(COMMANDS)) {
    const top = await explained(name);
    for (const inner of below) {
      assert.match(top, new RegExp(`^ {2}${inner}\\b`, "m"), name);
      await explained(name, inner);
    }
  }

  async function explained(...command: readonly string[]): Promise<string> {
    const { code, out } = await typed([...command, "--help"], { folder });
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: hufu ${command.join(" ")}`));
    assert.match(out, new RegExp(`Examples:\\n {2}\\$ hufu ${command[0]}`), command.join(" "));
    // What bash, zsh and PowerShell read alike: no line continued by a backslash, nothing run inside a line.
    assert.doesNotMatch(out.slice(out.indexOf("Examples:")), /\\$|\$\(|`/m, command.join(" "));
    return out;
  }
});

test("mistakes in the command line end with 2, say what was meant, and point to the help", async (t) => {
  const folder = freshFolder(t);
  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /Usage: hufu/],
    [["srve"], /unknown command 'srve'\n\(Did you mean serve\?\)/],
    [["doctr"], /Did you mean doctor\?/],
    [["keys", "lst", "--config", "x"], /Did you mean list\?/],
    [["serve"], /serve needs --config FILE, or --dev/],
    [["serve", "--dev", "--config", "x"], /--dev needs no --config/],
    [["serve", "--config", "x", "--port", "80"], /--port belongs to --dev/],
    [["serve", "--dev", "--port", "70000"], /from 0 to 65535/],
    [["serve", "--dvе"], /unknown option/],
    [["migrate"], /required option '-c, --config <file>'/],
    [["migrate", "--config", "x", "--sql", "--check"], /exclude each other/],
    [["keys", "revoke", "--config", "x"], /missing required argument 'kid'/],
  ];
  for (const [args, sentence] of mistakes) {
    const { code, out, err } = await typed(args, { folder });
    assert.equal(code, 2, args.join(" "));
    assert.equal(out, "");
    assert.match(err, sentence);
  }
});

test("a token in the wrong place is not repeated", async (t) => {
  const token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1XzEifQ.c2lnbmF0dXJl";
  const { code, err } = await typed(["token", "inspect", `--token=${token}`], { folder: freshFolder(t) });
  assert.equal(code, 2);
  assert.ok(!err.includes("c2lnbmF0dXJl"));
});

test("the launcher runs it: the version, and a failure with 1 and a stack only if asked for", async (t) => {
  const folder = freshFolder(t);
  const asked = await runHufu(["--version"], { folder });
  assert.deepEqual(asked, { code: 0, out: `${version()}\n`, err: "" });
  const args = ["migrate", "--config", "no-such-file.json"];
  const failed = await runHufu(args, { folder });
  assert.equal(failed.code, 1);
  assert.match(failed.err, /^hufu: the configuration \S+no-such-file\.json does not exist\n$/);
  const explained = await typed(args, { folder, env: { HUFU_DEBUG: "1" } });
  assert.match(explained.err, /\n {4}at .*read-config/);
});
