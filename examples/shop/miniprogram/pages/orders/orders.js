const { done, hufu, tell } = require("../../api");

Page({
  data: { orders: [], item: "", signedOut: false },

  onShow() {
    return this.load();
  },
  onPullDownRefresh() {
    return this.load().then(() => wx.stopPullDownRefresh());
  },

  load() {
    return hufu
      .get("/orders")
      .then(done)
      .then(
        ({ orders }) => {
          this.setData({ orders, signedOut: false });
        },
        (error) => {
          if (error.kind === "signed-out") this.setData({ orders: [], signedOut: true });
          else tell(error);
        },
      );
  },

  onType(event) {
    this.setData({ item: event.detail.value });
  },
  onCreate() {
    const { item } = this.data;
    if (item === "") return Promise.resolve();
    // Not idempotent: the client repeats it only where the server has surely not carried it out.
    return hufu
      .post("/orders", { item })
      .then(done)
      .then((order) => {
        this.setData({ item: "", orders: [order].concat(this.data.orders) });
      }, tell);
  },
  onPay(event) {
    // What the user sees on the button: exactly this is paid, or nothing.
    const { id, amount } = event.currentTarget.dataset;
    const purpose = { operation: "order.pay", parameters: { order: id, amount } };
    // Asking for a ticket twice is harmless, and one ticket pays once, so both may be repeated.
    return hufu
      .post("/auth/tickets", purpose, { idempotent: true })
      .then(done)
      .then(({ ticket }) => hufu.put(`/orders/${id}/payment`, { ticket }, { idempotent: true }))
      .then(done)
      .then((paid) => {
        this.setData({ orders: this.data.orders.map((order) => (order.id === paid.id ? paid : order)) });
      }, tell);
  },

  onSignIn() {
    return hufu.login().then(() => this.load(), tell);
  },
  onSignedOut() {
    this.setData({ orders: [], signedOut: true });
  },
});
