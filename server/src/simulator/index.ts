export { createSimulatedWeChat } from "./create-simulated-wechat.ts";
export type { Fault, FaultOrder } from "./faults.ts";
export type { SimulatedWeChat, SimulatedWeChatOptions } from "./simulated-wechat.ts";
