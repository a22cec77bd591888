// The table of alerts of docs/guides/observability.md: from deploy/prometheus/hufu.rules.yml, Chinese words from here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../run-command.ts";
import { markdownTable } from "./generated-blocks.ts";

interface Rule {
  readonly alert: string;
  readonly for: string;
  readonly labels: { readonly severity: "critical" | "warning" };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Words {
  readonly what: string;
  readonly action: string;
}

const CHINESE: Readonly<Record<string, Words>> = {
  HufuDown: {
    what: "Prometheus 访问不到一个节点",
    action: "看进程是否在运行、日志最后几行写了什么。如果登录正常，只是指标端口不通",
  },
  HufuSignInsFail: {
    what: "超过二十分之一的登录失败，且不是用户的原因",
    action:
      "在面板上看是哪种结果。platform_…：运行 `hufu check`；store_unavailable：查看 readyz；host_unavailable：你的 resolveUser 出错，错误在日志里",
  },
  HufuPlatformMisconfigured: {
    what: "微信拒绝了某个小程序的配置，用户无法登录",
    action:
      "日志中 kind 为 platform_misconfigured 的一行写明是哪个小程序、要改什么：appId、appSecret 或 IP 白名单。改完运行 `hufu check`",
  },
  HufuPlatformSilent: {
    what: "微信对某个小程序没有响应，登录已熔断；续期和守卫不受影响",
    action: "在该节点上运行 `hufu check`。网络正常就等待：Hufu 每十秒重试一次",
  },
  HufuRevocationsNotRead: {
    what: "一个节点超过五秒没有读到吊销；超过 guards.maxSilence 后守卫返回 503",
    action: "查看该节点的 readyz：数据库没有响应，或者进程忙得来不及读取",
  },
  HufuRevocationsLate: {
    what: "吊销从一个节点传到另一个节点超过 2.5 秒",
    action:
      "与 hufu_store_duration_seconds 对照：数据库慢，或者进程没有空闲。再看节点间通知是否正常（日志 kind 为 hints_failed）",
  },
  HufuEntriesLost: {
    what: "数据库丢失了吊销记录：已结束的会话和令牌可能又有效了",
    action: "运行 `hufu recover`，并查明是恢复了备份，还是落后的备库接管了",
  },
  HufuWritesFail: {
    what: "数据库无法写入：登录和续期返回 503，守卫不受影响",
    action: "检查磁盘是否已满、是否连到了只读备库、是否有表被锁。恢复后 Hufu 会自动继续",
  },
  HufuDatabaseSlow: {
    what: "某一组语句的 99 分位超过半秒",
    action: "检查数据库的负载、锁和磁盘；再看 hufu_pool_connections，等待连接的时间也算在内",
  },
  HufuPoolExhausted: {
    what: "一个节点的数据库连接全部占用，语句在排队",
    action: "服务器允许的话，在数据库 URL 中调大 `?pool=`，或者增加节点。数据库变慢也会如此，见 HufuDatabaseSlow",
  },
  HufuRequestsSlow: {
    what: "登录和续期的 99 分位超过 2.5 秒",
    action:
      "对照 hufu_platform_call_duration_seconds 与 hufu_store_duration_seconds，原因在其中之一，或在你的 resolveUser",
  },
  HufuClockOff: {
    what: "节点与数据库的时钟相差超过五秒：有效的令牌会被拒绝，或者失效的被放行",
    action: "两边都用 NTP 校时",
  },
  HufuAuditLag: {
    what: "审计记录迟迟没有入链。记录都在，只是暂时无法证明没有被改动",
    action: "查看 readyz 和日志中关于审计入链的行。SQLite 上可能是别的程序的长事务挡住了",
  },
  HufuDeliveriesWait: {
    what: "有一千多个事件还没有通知到你的后端",
    action: "你的 hook 或 webhook 失败或太慢，原因在日志里。Hufu 会继续重试，不会丢失",
  },
  HufuWebhooksWait: {
    what: "发往某个 webhook 的消息有一千多条在等待",
    action: "接收方失败或太慢，`hufu deliveries list` 会说明原因。Hufu 会继续重试数天，期间不会丢失",
  },
  HufuWebhooksGivenUp: {
    what: "发往某个 webhook 的消息已放弃重试（死信）",
    action: "`hufu deliveries list` 列出它们和最后一次失败的原因。接收方恢复后运行 `hufu deliveries retry`",
  },
  HufuTokensReused: {
    what: "一小时内有十多个会话因刷新令牌或登录 code 被重复使用而结束",
    action:
      "查看审计日志：`hufu audit list --action session.end`。涉及很多用户，多半是客户端保留了副本；只涉及少数用户，可能是令牌被盗，见[事故处理](incidents.zh-CN.md)",
  },
  HufuLimitsHit: {
    what: "某个限流每秒触发一次以上",
    action:
      "可能是攻击、客户端不停重试，或者限流设得太低；日志和按接口统计的拒绝能看出是哪一种。在代理之后按地址限流需要 `limits.trustedProxies`",
  },
  HufuInternalErrors: {
    what: "有请求返回了 500：Hufu 的故障，或者它调用的你的代码出错",
    action: "日志中 kind 为 internal_error 的一行有调用栈。如果是 Hufu 的问题，请报告",
  },
  HufuLogLinesDropped: {
    what: "有日志没能写出",
    action: "日志所在磁盘已满，或者读取标准输出的程序跟不上",
  },
};

/** One row for each alert. @throws Error when an alert has no Chinese words */
export function alertTable(chinese: boolean): string {
  const text = readFileSync(join(ROOT, "deploy/prometheus/hufu.rules.yml"), "utf8");
  const { groups }: { groups: readonly { readonly rules: readonly Rule[] }[] } = parse(text);
  const head = chinese ? ["告警", "级别", "含义", "怎么办"] : ["alert", "severity", "what is wrong", "what to do"];
  return markdownTable(
    head,
    groups
      .flatMap(({ rules }) => rules)
      .map(({ alert, labels: { severity }, annotations: { summary, description } }) => {
        const words = CHINESE[alert];
        if (words === undefined) throw new Error(`alert-table.ts: say in Chinese what ${alert} is`);
        const [what, action] = chinese ? [words.what, words.action] : [withoutTemplate(summary), description];
        return [`\`${alert}\``, severity, what, withoutTemplate(action)];
      }),
  );
}

/** Prometheus fills in the label; a page names it. */
function withoutTemplate(text: string): string {
  return text.replace(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`");
}
