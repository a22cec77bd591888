import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Hufu } from "../../hufu/hufu.ts";
import { counted } from "../output/counted.ts";
import { explainFailure } from "../output/explain-failure.ts";

const BY = { by: "hufu serve --dev" };
const REASON = "typed into hufu serve --dev";

interface DevCommand {
  readonly usage: string;
  readonly about: string;
  run(hufu: Hufu, user: string, rest: string): Promise<string>;
}

/** What can be typed into a development server: an operator's acts, without an operator's page. */
export const DEV_COMMANDS: Readonly<Record<string, DevCommand>> = {
  kick: {
    usage: "kick USER",
    about: "ends all sessions of the user",
    run: async (hufu, user) =>
      `ended ${counted(await hufu.sessions.kickAll(user, { ...BY, reason: REASON }), "session")}`,
  },
  ban: {
    usage: "ban USER",
    about: "ends all sessions and refuses sign-in",
    run: async (hufu, user, rest) =>
      known(await hufu.users.ban(user, { reason: rest === "" ? REASON : rest }, BY), "banned"),
  },
  unban: {
    usage: "unban USER",
    about: "lets the user sign in again",
    run: async (hufu, user) => known(await hufu.users.unban(user, BY), "may sign in again"),
  },
  roles: {
    usage: "roles USER member,admin",
    about: "gives exactly these roles; the next refresh brings them",
    run: async (hufu, user, rest) => {
      const roles = rest.split(/[\s,]+/).filter((role) => role !== "");
      return known(await hufu.users.setRoles(user, roles, BY), `has the roles: ${roles.join(", ") || "none"}`);
    },
  },
};

/**
 * Reads commands, one a line, from the terminal that started the server, and answers each with a line.
 * @returns what ends it
 */
export function readDevCommands(hufu: Hufu, input: Readable, tell: (words: string) => void): () => void {
  // In the background of a shell, reading from the terminal would stop the process. No commands come then.
  const ignore = (): void => undefined;
  process.on("SIGTTIN", ignore);
  input.on("error", ignore);
  const lines = createInterface({ input });
  let last: Promise<void> = Promise.resolve();
  lines.on("line", (line) => {
    if (line.trim() === "") return;
    last = last.then(async () => tell(`  ${await answerTo(hufu, line)}\n`));
  });
  return () => {
    lines.close();
    input.destroy();
    process.off("SIGTTIN", ignore);
  };
}

async function answerTo(hufu: Hufu, line: string): Promise<string> {
  const [name = "", user = "", ...rest] = line.trim().split(/\s+/);
  const command = Object.hasOwn(DEV_COMMANDS, name) ? DEV_COMMANDS[name] : undefined;
  if (command === undefined || user === "") {
    const usages = Object.values(DEV_COMMANDS).map(({ usage }) => usage);
    return `write one of: ${usages.join(" | ")}`;
  }
  try {
    return `${user}: ${await command.run(hufu, user, rest.join(" "))}`;
  } catch (error) {
    return `${name} ${user}: ${explainFailure(error)}`;
  }
}

function known(user: unknown, done: string): string {
  return user === undefined ? "there is no such user; write the user.id that sign-in answers, such as u_…" : done;
}
