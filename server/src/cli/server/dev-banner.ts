import { DEV_COMMANDS } from "./dev-console.ts";

/** What a person who has just started a development server needs to see. */
export interface DevFacts {
  readonly issuer: string;
  readonly port: number;
  /** Base URL of the simulated platform. */
  readonly simulator: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The configuration with which the other commands work on this server. */
  readonly config: string;
  /** The folder that is kept, if one is. */
  readonly folder: string | undefined;
  /** Does it listen beyond this machine? */
  readonly reachable: boolean;
  /** This machine's address in the local network, if it has one. */
  readonly phoneAddress: string | undefined;
}

/** Takes one member out of the JSON that curl prints. */
function pick(member: string): string {
  return `| sed -nE 's/.*"${member}": ?"([^"]+)".*/\\1/p'`;
}

/** The words on standard error: the warning, and lines to copy into another terminal. */
export function devBanner(facts: DevFacts): string {
  const { issuer, simulator, clientId, clientSecret } = facts;
  const tokens = `access=$(echo "$answer" ${pick("access_token")})
    refresh=$(echo "$answer" ${pick("refresh_token")})`;
  const token = `curl -s ${issuer}/oauth/token -d client_id=wx-demo`;
  return `
  ****************************************************************************
  **  hufu serve --dev: FOR DEVELOPMENT ONLY, NOT FOR PRODUCTION.           **
  **  Anyone who reaches it can sign in as anybody.                         **
  ****************************************************************************

  issuer     ${issuer}
  platform   ${simulator}/_simulator   (simulated; open it to see what it can do)
  client     ${clientId}, secret ${clientSecret}
  data       ${facts.folder ?? "a temporary folder, gone at the end (--data FOLDER keeps it)"}

  A code for a user of any name, as wx.login would give it:
    code=$(curl -s ${simulator}/_simulator/codes -d '{"appId":"wx-demo","user":"alice"}' ${pick("code")})

  Sign in with it (any appid will do, and a code that was made up signs in one development user):
    answer=$(${token} -d grant_type=urn:hufu:grant-type:login-code -d code="$code" -d device_id=my-phone)
    ${tokens}
    echo "$answer"

  Who that is:
    curl -s ${issuer}/me -H "Authorization: Bearer $access"

  Refresh, which brings both tokens anew:
    answer=$(${token} -d grant_type=refresh_token -d refresh_token="$refresh")
    ${tokens}
    echo "$answer"

  The keys with which guards check tokens:
    curl -s ${issuer}/.well-known/jwks.json

  A back end's own token:
    curl -s ${issuer}/oauth/token -u '${clientId}:${clientSecret}' -d grant_type=client_credentials

  What an operator may do, in that other terminal (hufu --help has all commands):
${operatorLines(facts)}

  Or type here (USER is the user.id of the answer, u_…):
${commandLines()}
${phoneLines(facts)}
`;
}

/** Kick, ban and a change of roles, as on any deployment. */
function operatorLines({ config }: DevFacts): string {
  const path = /^[\w./-]+$/.test(config) ? config : `'${config.replaceAll("'", "'\\''")}'`;
  const lines = [
    `user=$(echo "$answer" ${pick("id")})`,
    `npx hufu users show "$user" --config ${path}`,
    `npx hufu users roles "$user" --set member admin --config ${path}`,
    `npx hufu sessions end --user "$user" --config ${path}`,
    `npx hufu users ban "$user" --reason spam --for 1h --config ${path}`,
    `npx hufu users unban "$user" --config ${path}`,
  ];
  return lines.map((line) => `    ${line}`).join("\n");
}

function commandLines(): string {
  return Object.values(DEV_COMMANDS)
    .map(({ usage, about }) => `    ${usage.padEnd(25)}${about}`)
    .join("\n");
}

function phoneLines({ reachable, phoneAddress, port }: DevFacts): string {
  const box =
    "In WeChat DevTools tick 详情 > 本地设置 > “不校验合法域名、web-view（业务域名）、TLS 版本以及 HTTPS 证书”\n" +
    "    (Details > Local Settings > “Does not verify valid domain names, web-view (business domain names),\n" +
    "    TLS version and HTTPS certificate”); on the phone, turn on debugging in the mini program's menu.";
  if (!reachable) return `\n  ${box}\n  A phone can call with --host 0.0.0.0.`;
  const address =
    phoneAddress === undefined
      ? "This machine has no address in a local network that a phone could call."
      : `A phone in the same network calls http://${phoneAddress}:${port}/auth`;
  return `\n  ${address}\n  ${box}`;
}
