/**
 * A phone in so few words that an engine without anything can run it: `wx` with a storage, a login and a server that
 * answers from a script, and timers that `pump()` runs. Answers `false` when nothing is left to do. The first proof meets a
 * demand for a nonce; `phone.proofs` are those that came.
 */
export const QUICKJS_PHONE = `
var phone = { store: {}, refuse: "", kicked: false, grants: [], served: 0, random: [], access: "", proofs: [] };
var tasks = [], now = 1000, last = 0;
var console = { log: function () {} };
function setTimeout(run, ms) { last += 1; tasks.push({ id: last, at: now + (ms || 0), run: run }); return last; }
function clearTimeout(id) { tasks = tasks.filter(function (task) { return task.id !== id; }); }
Date.now = function () { return now; };
function pump() {
  if (tasks.length === 0) return false;
  tasks.sort(function (a, b) { return a.at - b.at; });
  var soon = tasks[0];
  // Far timers are those that watch over something; they are left alone.
  if (soon.at > now + 5000) return false;
  tasks.shift();
  now = Math.max(now, soon.at);
  soon.run();
  return true;
}
function later(run) { setTimeout(run, 0); }
function answer(options, statusCode, data, header) {
  later(function () { options.success({ statusCode: statusCode, data: data, header: header || {} }); });
}
var wx = {
  getAccountInfoSync: function () { return { miniProgram: { appId: "wx-q", envVersion: "release" } }; },
  getDeviceInfo: function () { return { platform: "ios", model: "iPhone" }; },
  onAppShow: function () {},
  login: function (options) { later(function () { options.success({ code: "code-1", errMsg: "login:ok" }); }); },
  getStorage: function (options) {
    later(function () {
      if (options.key in phone.store) options.success({ data: phone.store[options.key] });
      else options.fail({ errMsg: "getStorage:fail data not found" });
    });
  },
  setStorage: function (options) { later(function () { phone.store[options.key] = options.data; options.success({}); }); },
  getRandomValues: function (options) {
    var bytes = new Uint8Array(phone.random.splice(0, options.length));
    later(function () { options.success({ randomValues: bytes.buffer }); });
  },
  request: function (options) {
    if (options.header.DPoP) phone.proofs.push([options.url, options.header.DPoP]);
    if (phone.proofs.length === 1) {
      answer(options, 400, { error: "use_dpop_nonce", reason: "proof_nonce" }, { "dpop-nonce": "nonce-1" });
      return { abort: function () {} };
    }
    if (options.url.indexOf("/oauth/token") === -1) {
      if (phone.refuse === "") { phone.served += 1; answer(options, 200, { ok: true }); }
      else {
        var reason = phone.refuse;
        if (!phone.kicked) phone.refuse = "";
        answer(options, 401, { reason: reason, request_id: "r" }, { "Hufu-Reason": reason });
      }
    } else {
      phone.grants.push(/grant_type=([^&]*)/.exec(options.data)[1].replace("urn%3Ahufu%3Agrant-type%3A", ""));
      if (phone.kicked) answer(options, 400, { error: "invalid_grant", reason: "session_kicked", request_id: "r" });
      else answer(options, 200, {
        access_token: phone.access || "token-" + phone.grants.length, expires_in: 600,
        token_type: options.header.DPoP ? "DPoP" : "Bearer",
        refresh_token: "hr1." + phone.grants.length, user: { id: "u_1", external_id: null, roles: [] }
      });
    }
    return { abort: function () {} };
  }
};
`;
