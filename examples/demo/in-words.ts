import type { Answer } from "./phone.ts";

/** An answer as one short text: what a step of the walk prints and is held to. */
export function inWords({ status, body }: Answer): string {
  const what = refusal(body) ?? signedIn(body) ?? orders(body) ?? roles(body) ?? ended(body) ?? moved(body);
  return what === undefined ? `${status}` : `${status} ${what}`;
}

function refusal({ reason, why }: Answer["body"]): string | undefined {
  return why === undefined ? reason : `${reason}, why=${why}`;
}

function signedIn({ access_token, user }: Answer["body"]): string | undefined {
  if (access_token === undefined || user === undefined) return undefined;
  return `user ${user.external_id}, ${user.roles.join(", ")}`;
}

function orders(body: Answer["body"]): string | undefined {
  return body.orders === undefined ? undefined : `orders ${body.orders.map(({ id }) => id).join(", ")}`;
}

function roles(body: Answer["body"]): string | undefined {
  return body.roles === undefined ? undefined : `roles ${body.roles.join(", ")}`;
}

function ended(body: Answer["body"]): string | undefined {
  return body.ended === undefined ? undefined : `sessions ended: ${body.ended}`;
}

function moved(body: Answer["body"]): string | undefined {
  return body.moved === undefined ? undefined : `identities moved: ${body.moved}`;
}
