import type { InitAnswers } from "./init-answers.ts";

const GUIDES = "https://github.com/hufu-auth/hufu/blob/main/docs/guides";

/** Paths as the configuration names them: from its own folder. */
export const SECRET_FILE = "secrets/hufu-secret";
export const APP_SECRET_FILE = "secrets/app-secret";

/**
 * A configuration with comments, which JSON cannot hold: a module, run by `hufu serve`.
 * @param name the file's own name, for the commands in its comments
 */
export function configText(
  { issuer, database, appId, appSecret, endpoint }: Omit<InitAnswers, "tryPlatform">,
  name: string,
): string {
  const app = [
    `appId: ${text(appId)}`,
    `appSecret: ${text(appSecret.reference ?? `file:${APP_SECRET_FILE}`)}`,
    ...(endpoint === undefined ? [] : [`endpoint: ${text(endpoint)}`]),
  ];
  return `// The configuration of: hufu serve --config ${name}
// Every option: ${GUIDES}/configuration.md
// Any text may be "env:NAME" (an environment variable) or "file:PATH" (a file; PATH begins in this folder).
export default {
  // Where clients and other back ends reach Hufu. Every token names it: with another issuer all are refused.
  issuer: ${text(issuer)},

  // Where the server listens. A proxy in front of it brings TLS: ${GUIDES}/production.md
  listen: { host: "127.0.0.1", port: ${portOf(issuer)} },

  // sqlite:FILE (FILE begins in the folder in which the command is started), postgres://… or mysql://…
  database: ${text(database)},

  // Seals what is stored and makes refresh tokens. Back the file up apart from the database: without it nothing
  // opens. How to change it: hufu secrets rotate --help
  secret: [${text(`file:${SECRET_FILE}`)}],

  // The mini programs that may sign in.
  apps: [{ ${app.join(", ")} }],

  // What a role allows. "resource:action:own" is about the user's own things, "resource:action" about all.
  roles: {
    member: ["order:read:own", "order:create"],
    // For support and operators. The first one gets it by: hufu admin grant USER --role administrator --config ${name}
    administrator: [
      "hufu.users:read",
      "hufu.users:write",
      "hufu.sessions:read",
      "hufu.sessions:write",
      "hufu.roles:read",
      "hufu.apps:read",
      "hufu.audit:read",
    ],
  },

  // What a new user gets.
  defaultRoles: ["member"],
};
`;
}

/** On a loopback address nothing stands in front of the server, so it listens where the issuer says. */
function portOf(issuer: string): number {
  const url = URL.parse(issuer);
  return url?.protocol === "http:" && url.port !== "" ? Number(url.port) : 8080;
}

function text(value: string): string {
  return JSON.stringify(value);
}
