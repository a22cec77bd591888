import assert from "node:assert/strict";
import { test } from "node:test";
import { findLeaks } from "./find-leaks.ts";

/** What looks like a secret is put together here, so that no file of the repository holds one. */
const HEX = "0123456789abcdef".repeat(2);
const JWT = `${Buffer.from('{"alg":"ES256"}').toString("base64url")}.${Buffer.from('{"sub":"u_1"}').toString("base64url")}.${"A".repeat(86)}`;
const REFRESH = `hr1.${"A".repeat(80)}`;
const PEM = `-----BEGIN ${"PRIVATE KEY"}-----\n${"A".repeat(64)}\n-----END ${"PRIVATE KEY"}-----`;

const LEAKS: readonly (readonly [rule: string, code: string])[] = [
  ["app-secret", `const config = { appId: "wx-demo", appSecret: "${HEX}" };`],
  ["app-secret", `var e={appid:"wx-demo",secret:"${HEX}"};`],
  ["app-secret", `const appSecret = "${HEX.slice(0, 10)}" + '${HEX.slice(10)}';`],
  ["app-secret", `appSecret: ["${HEX.slice(0, 16)}", "${HEX.slice(16)}"].join("")`],
  ["app-secret", `secret: "${HEX.slice(0, 16)}".concat("${HEX.slice(16)}")`],
  ["app-secret", `{"secret":"${HEX}","d":1}`],
  ["app-secret", `APP_SECRET=${JSON.stringify(HEX)}`],
  ["app-secret", `wx.request({ url: "https://example.com/x?appid=wx&secret=${HEX}" });`],
  ["private-key", `const key = \`${PEM}\`;`],
  ["private-key", `const jwk = { kty: "EC", crv: "P-256", d: "${"A".repeat(43)}" };`],
  ["hard-coded-token", `header: { Authorization: "Bearer ${JWT}" }`],
  ["hard-coded-token", `const token = '${JWT}';`],
  ["hard-coded-token", `wx.setStorageSync("r", "${REFRESH}");`],
  ["session-key", "const { session_key } = res.data;"],
  ["session-key", "decrypt(encryptedData, iv, login.sessionKey);"],
  ["session-key", 'wx.setStorageSync("session_key", data["session_key"]);'],
  ["platform-api", 'wx.request({ url: "https://api.weixin.qq.com/sns/jscode2session?appid=wx" });'],
  ["platform-api", "const url = `https://api.weixin.qq.com/cgi-bin/token`;"],
  ["bare-openid", 'wx.request({ url: "/orders", data: { openid: app.openid } });'],
  ["bare-openid", 'wx.request({ url: "/orders", header: { "x-openid": id } });'],
  ["bare-openid", "uni.request({ url: `/orders?openid=$" + "{id}` });"],
  ["bare-openid", 'Taro.request({url:"/a",data:{openid:t.openid,page:1}})'],
  ["bare-openid", 'axios.post("/orders", { openId, item })'],
  [
    "bare-openid",
    'case 2:return o=t.v,t.n=3,p().request({url:"/a",method:"GET",data:{page:1,openid:o.data.openid}});case 3:',
  ],
  ["bare-openid", 'e.index.request({url:"/a",data:{openid:e.index.getStorageSync("openid")},success:t=>{}})'],
  ["session-key", 'success:({data:e})=>{a.value=e.openid,n.setStorageSync("k",e.session_key)}'],
  ["token-in-address", '<web-view src="https://m.example.com/?token={{token}}"></web-view>'],
  ["token-in-address", "wx.navigateTo({ url: `/pages/web?token=$" + "{token}` });"],
  ["token-in-address", 'const url = "https://m.example.com/pay?access_token=" + token;'],
];

for (const [rule, code] of LEAKS) {
  test(`finds ${rule} in ${code.slice(0, 60)}`, () => {
    const leaks = findLeaks("app.js", `// first line\n${code}\n`);
    assert.deepEqual([...new Set(leaks.map((leak) => leak.rule.id))], [rule]);
    assert.equal(leaks[0]?.line, 2);
  });
}

const CLEAN = [
  "const { openid } = await api.me();",
  "wx.request({ url: '/me', success: (res) => { this.setData({ openid: res.data.openid }); } });",
  "// never send session_key to the client",
  " * session_key stays on the server",
  'const text = "AppSecret and session_key stay on the server";',
  `const digest = "${HEX}";`,
  `const secret = "${HEX.slice(1)}" + pepper;`,
  `const secret = ["${HEX}", "${HEX}"];`,
  `const secret = process.env["WX_SECRET"];`,
  'const token = wx.getStorageSync("token");',
  'wx.request({ url: "/orders", header: { Authorization: "Bearer " + token } });',
  'const help = "https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html";',
  'if (err.errMsg.includes("token=")) return;',
  '{ "appid": "wx0123456789abcdef", "setting": { "urlCheck": true } }',
  '<web-view src="https://m.example.com/help"></web-view>',
  "wx.login({ success: ({ code }) => wx.request({ url: '/auth/oauth/token', data: { code } }) });",
  "const PRIVATE = /-----BEGIN PRIVATE KEY-----/;",
  // The forms of uni-app's and Taro's builds, which stand in one line with everything around them.
  'async function s(){const{code:t}=await new Promise((t,a)=>e.index.login({success:t,fail:a}));e.index.request({url:"/auth/oauth/token",method:"POST",data:{code:t},success:({data:e})=>{a.value=e.openid,n.setStorageSync("token",e.access_token)}})}',
  'function ks(){const e=An.getStorageSync("app_token")||"",t=e.split(".");if(!e||3!==t.length)return{uid:null,openid:null,tokenExpired:0}}',
  'case 1:return e=t.v,r=e.code,t.n=2,p().request({url:"/auth/oauth/token",method:"POST",data:{code:r}});case 2:return o=t.v,t.n=3,p().request({url:"/auth/me",header:{Authorization:"Bearer ".concat(o.data.access_token)}});case 3:c=t.v,n({openid:c.data.openid});',
  'pemtohex=function(t,e){return t=t.replace("-----BEGIN "+e+"-----",""),t.replace("-----END "+e+"-----","")};var a="-----BEGIN PRIVATE KEY-----\\r\\n"+hex+"-----END PRIVATE KEY-----";',
];

for (const code of CLEAN) {
  test(`finds nothing in ${code.slice(0, 60)}`, () => {
    assert.deepEqual(
      findLeaks("app.js", code).map(({ rule }) => rule.id),
      [],
    );
  });
}

test("a report shows where a secret stands and never the secret", () => {
  const [leak] = findLeaks("config.js", `\n  appSecret: "${HEX}",`);
  assert.deepEqual([leak?.line, leak?.column], [2, 3]);
  assert.equal(leak?.excerpt, 'appSecret: "…');
});

test("a secret in a comment counts, since it is shipped all the same", () => {
  assert.equal(findLeaks("a.js", `// appSecret: "${HEX}"`).length, 1);
});

const OPENIDS = [
  'wx.request({ url: "/orders?page=1&openid=" + openid });',
  'wx.request({ url: "/orders", data: { openid: app.openid } });',
  'wx.request({ url: "/orders", data: { openid } });',
];

for (const code of OPENIDS) {
  test(`an openid that is sent once is reported once: ${code}`, () => {
    assert.equal(findLeaks("a.js", code).length, 1);
  });
}

test("a line that says so is not reported", () => {
  assert.deepEqual(findLeaks("a.js", "const { session_key } = x; // hufu-scan: ignore, a test"), []);
});

test("each of many leaks on one long line is found, with its column", () => {
  const piece = "a.request({data:{openid}});";
  const columns = findLeaks("vendor.js", piece.repeat(5000)).map(({ column }) => column);
  assert.equal(columns.length, 5000);
  assert.equal(columns.at(-1), 4999 * piece.length + piece.indexOf("openid") + 1);
});
