const { hufu } = require("./api");

App({
  onLaunch() {
    // A session that an administrator or another device has ended: pages show the way back in.
    hufu.on("ended", ({ why }) => {
      this.globalData.ended = why;
      for (const page of getCurrentPages()) if (page.onSignedOut) page.onSignedOut(why);
    });
  },
  globalData: { ended: null },
});
