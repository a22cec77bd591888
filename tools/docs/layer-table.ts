// The layer table and the diagram of docs/architecture.md, from the table that `tools/check-layers.ts` reads.
import { LAYERS } from "../layers.ts";
import { markdownTable } from "./generated-blocks.ts";

/** What each layer is for, in Chinese; a layer without words stops the generation. */
const PURPOSES: Readonly<Record<string, string>> = {
  core: "错误和错误码、时钟、id、编码、时长",
  token: "access token、refresh token、加密信封、严格 JSON；除 node:crypto 外都是纯函数",
  access: "权限语法、授权、角色；纯函数",
  options: "选项的描述和校验：对象、时长、权限",
  platform: "平台接口；每个平台一个文件夹",
  store: "存储接口和记录",
  "store/contract": "每个存储接口的约定，写成测试用例（hufu/store/contract）",
  "store/sql": "SQLite、PostgreSQL、MySQL、MariaDB 上的存储",
  "store/hot": "短期数据：内存、Redis",
  "store/index.ts": "公开入口 hufu/store",
  revocations: "本节点读到的吊销记录，告诉本进程的守卫和其他进程的校验器",
  proof: "持有证明（DPoP）：nonce 与一次性校验",
  limits: "限流：按地址、会话、小程序、后端",
  tracing: "OpenTelemetry 的 span",
  metrics: "各部分报告的情况，作为 Prometheus 指标",
  session: "登录、刷新、结束会话、签名密钥、管理、维护",
  webhooks: "发给后端的带签名请求（Standard Webhooks）：URL 形式的 resolveUser，以及事件投递",
  verify: "资源服务器一侧，可单独加载",
  hufu: "组装：传入选项，得到运行中的 Hufu",
  http: "路由、端点、客户端认证、错误响应",
  adapters: "每个框架一个目录，只做转换",
  cli: "命令、配置、服务进程、输出",
  testing: "公开：在你的测试里得到已登录用户",
};

/** One row for each layer of `server/src`. @throws Error when a layer has no Chinese words, or words have no layer */
export function layerTable(chinese: boolean): string {
  const surplus = Object.keys(PURPOSES).filter((name) => LAYERS[name] === undefined);
  if (surplus.length > 0) throw new Error(`layer-table.ts: there is no layer ${surplus.join(", ")}`);
  const rows = Object.entries(LAYERS).map(([name, { purpose, imports }]) => {
    const chinesePurpose = PURPOSES[name];
    if (chinesePurpose === undefined) throw new Error(`layer-table.ts: say in Chinese what ${name} is for`);
    const list = imports.map((other) => `\`${other}\``).join(", ");
    return [`\`${name}\``, chinese ? chinesePurpose : purpose, list === "" ? (chinese ? "无" : "nothing") : list];
  });
  return markdownTable(chinese ? ["层", "职责", "可以导入"] : ["layer", "purpose", "may import"], rows);
}

/** The layers as a Mermaid diagram: an arrow where one imports another and no third stands between them. */
export function layerDiagram(): string {
  const names = Object.keys(LAYERS).filter((name) => !name.includes("/"));
  const below = new Map(
    names.map((name) => [name, (LAYERS[name]?.imports ?? []).filter((each) => names.includes(each))]),
  );
  const arrows = names.flatMap((name) => {
    const direct = below.get(name) ?? [];
    const needed = direct.filter((each) => !direct.some((other) => below.get(other)?.includes(each) === true));
    return needed.length === 0 ? [] : [`  ${needed.join(" & ")} --> ${name}`];
  });
  return ["```mermaid", "flowchart BT", ...arrows, "```"].join("\n");
}
