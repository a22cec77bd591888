// The one place that knows the back end. Pages call hufu.get("/orders") and never see a token.
const { createClient } = require("@hufu/client");
const { stepUp } = require("@hufu/client/step-up");
const { textFor } = require("@hufu/client/texts");

const hufu = createClient({
  baseURL: {
    develop: "http://127.0.0.1:3000",
    trial: "https://trial.example.com",
    release: "https://api.example.com",
  },
  // Where the back end wants a fresh authentication: a new login code, unseen.
  stepUp: stepUp(),
});

/**
 * What the back end answered, where it did what it was asked.
 * @param {{ statusCode: number, data: any }} answer
 */
function done({ statusCode, data }) {
  if (statusCode >= 200 && statusCode < 300) return data;
  throw Object.assign(new Error(`answered ${statusCode}`), { text: data?.error });
}

/** Tells the user what went wrong; the page goes on. */
function tell(error) {
  void wx.showToast({ title: error.text || textFor(error), icon: "none" });
}

module.exports = { done, hufu, tell };
