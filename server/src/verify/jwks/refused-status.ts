/** Longest word of an answer that is repeated. */
const WORD = /^[\w:.-]{1,128}$/;

/**
 * What an answer that is no success says about us: its status, Hufu's reason, and the permission that is missing. Its body
 * is not read.
 */
export function refusedStatus(status: number, headers: Headers): string {
  const reason = word(headers.get("hufu-reason"));
  const permission = word(/\bscope="([^"]*)"/.exec(headers.get("www-authenticate") ?? "")?.[1]);
  const said = `answered with status ${status}${reason === undefined ? "" : ` ${reason}`}`;
  if (status !== 403 || permission === undefined) return said;
  return `${said}: give this client the permission ${permission} in the server's clients[].permissions`;
}

function word(text: string | null | undefined): string | undefined {
  return text !== null && text !== undefined && WORD.test(text) ? text : undefined;
}
