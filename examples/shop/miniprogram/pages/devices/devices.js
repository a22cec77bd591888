const { done, hufu, tell } = require("../../api");

Page({
  data: { devices: [] },

  onShow() {
    return this.load();
  },
  load() {
    // Hufu's own page of the user's sessions, below the issuer.
    return hufu
      .get("/auth/me/sessions")
      .then(done)
      .then(({ items }) => this.setData({ devices: items }), tell);
  },
  onEnd(event) {
    const { id } = event.currentTarget.dataset;
    return hufu
      .delete(`/auth/me/sessions/${id}`)
      .then(done)
      .then(() => this.load(), tell);
  },
  onSignOut() {
    return hufu.logout().then(() => {
      this.setData({ devices: [] });
      void wx.switchTab({ url: "/pages/orders/orders" });
    });
  },
});
