// Loaded into the server before anything else: its clocks jump ahead by what the test process sends.
let aheadMs = 0;
const wall = Date.now.bind(Date);
const steady = performance.now.bind(performance);
const RealDate = Date;

Date.now = () => wall() + aheadMs;
performance.now = () => steady() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget): object =>
    Reflect.construct(target, given.length === 0 ? [Date.now()] : given, newTarget),
});

process.on("message", (byMs) => {
  aheadMs += Number(byMs);
  process.send?.(aheadMs);
});
process.channel?.unref();
