// `npm start`: the demo's shop, left running, with what to try from another terminal.
import { openShop } from "./shop.ts";

const shop = await openShop();
const { origin, wechat, wechatUrl, naiveOrigin } = shop;
const openid = wechat.openid({ user: "alice" });

/** Takes one member out of the JSON that curl prints. */
const pick = (member: string): string => `| sed -nE 's/.*"${member}": ?"([^"]+)".*/\\1/p'`;
const codeOf = (user: string): string =>
  `$(curl -s ${wechatUrl}/_simulator/codes -d '{"user":"${user}"}' ${pick("code")})`;
const token = `curl -s ${origin}/auth/oauth/token -d client_id=wx-demo`;
const signIn = `${token} -d grant_type=urn:hufu:grant-type:login-code -d code=`;

console.log(`An Express back end with Hufu   ${origin}, Hufu below /auth
The same back end, believing an openid   ${naiveOrigin}
A simulated WeChat   ${wechatUrl}/_simulator says what it can do; app wx-demo, secret demo

Sign in as alice (user 42), with a code such as wx.login gives; then her orders:
  answer=$(${signIn}${codeOf("alice")})
  access=$(echo "$answer" ${pick("access_token")})
  refresh=$(echo "$answer" ${pick("refresh_token")})
  curl -s ${origin}/orders -H "Authorization: Bearer $access"

The boss, an admin, sees everybody's:
  boss=$(${signIn}${codeOf("boss")} ${pick("access_token")})
  curl -s ${origin}/orders -H "Authorization: Bearer $boss"

Make alice an admin: her token is stale at once, and a refresh brings the new rights, everybody's orders:
  curl -s -X PUT ${origin}/staff/users/42/roles -H "Authorization: Bearer $boss" -H 'Content-Type: application/json' -d '{"roles":["admin"]}'
  curl -s -i ${origin}/orders -H "Authorization: Bearer $access"
  answer=$(${token} -d grant_type=refresh_token -d refresh_token="$refresh")
  access=$(echo "$answer" ${pick("access_token")})
  refresh=$(echo "$answer" ${pick("refresh_token")})
  curl -s ${origin}/orders -H "Authorization: Bearer $access"

Kick her: guard, with that fresh token, and refresh both say why:
  curl -s -X DELETE ${origin}/staff/users/42/sessions -H "Authorization: Bearer $boss"
  curl -s ${origin}/orders -H "Authorization: Bearer $access"
  ${token} -d grant_type=refresh_token -d refresh_token="$refresh"

Anyone who has seen her openid: the naive back end answers, Hufu refuses:
  curl -s ${naiveOrigin}/orders -H 'X-Openid: ${openid}'
  curl -s ${origin}/orders -H 'X-Openid: ${openid}'

Ctrl+C ends it; its files are in a temporary folder and go with it.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    // A second one, or a stop that fails, ends it at once.
    process.once(signal, () => process.exit(1));
    void shop.close();
  });
}
