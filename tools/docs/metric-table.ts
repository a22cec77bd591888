// The table of docs/guides/observability.md: names, labels and English words from the code, Chinese words from here.
import { METRICS, type MetricName } from "../../server/src/core/meter/metrics.ts";
import { markdownTable } from "./generated-blocks.ts";

const CHINESE: Readonly<Record<MetricName, string>> = {
  hufu_sign_ins_total: "登录次数，按结果：`new_user` 新用户，`known_user` 老用户，否则为[错误码](errors.zh-CN.md)",
  hufu_refreshes_total:
    "续期次数，按判定：`promoted` 新令牌取代旧令牌，`current` 当前令牌被提交（首次或重复），`same` 绑定密钥的会话令牌不变，否则为错误码",
  hufu_session_ends_total: "本节点结束的会话，按原因 `why` 和触发的规则 `rule`",
  hufu_refusals_total: "Hufu 自己的接口拒绝或失败的请求",
  hufu_guard_refusals_total: "本进程的守卫拒绝的请求",
  hufu_legacy_credentials_total:
    "守卫交给旧校验器的凭证（`legacy` 选项）：`accepted` 通过，`refused` 拒绝，`failed` 旧校验器故障，`over` 已过 `until`",
  hufu_limits_hit_total: "超出限流的请求，按对应的选项",
  hufu_refresh_lost_races_total: "同一会话并发续期时落后、因此重新判定的次数",
  hufu_http_request_duration_seconds: "Hufu 自己的接口的响应时间",
  hufu_platform_call_duration_seconds: "调用平台的耗时（含排队），按结果",
  hufu_store_duration_seconds: "数据库或 Redis 的耗时，按语句分组",
  hufu_webhook_duration_seconds: "发给 webhook 的请求耗时，按结果",
  hufu_outbox_lag_seconds: "一条吊销从写入到本节点读到的时间",
  hufu_verifier_checks_total: "本进程的守卫检查的令牌数，按缓存是否命中",
  hufu_verifier_cached_tokens: "守卫缓存中的令牌数",
  hufu_feed_age_seconds: "距本节点上次从数据库读取吊销的时间；在其他进程中：距推送上次确认吊销列表完整的时间",
  hufu_keys_age_seconds: "其他进程中的校验器上次获取签名公钥距今的时间。服务端自己的进程没有此项",
  hufu_feed_readers: "本节点上打开的吊销推送长连接数",
  hufu_pool_connections: "数据库连接：使用中、排队等待、上限。SQLite 没有此项",
  hufu_database_lost_races_total: "事务因并发冲突而重试的次数。SQLite 没有此项",
  hufu_refresh_batches_total: "续期合并后向数据库发出的批次数，单独发出的也算一批。SQLite 没有此项",
  hufu_refresh_batched_total: "这些批次里的会话总数，除以批次数就是平均每批的大小。SQLite 没有此项",
  hufu_refresh_waiting: "等待发往数据库的续期调用数，最多 4,096。SQLite 没有此项",
  hufu_breakers_open: "平台无响应、已熔断的小程序个数",
  hufu_clock_skew_seconds: "本机时钟比数据库快多少；在其他进程中：比签发方快多少",
  hufu_audit_lag_seconds: "最早一条未入链的审计记录等了多久",
  hufu_writes_failing: "数据库无法写入时为 1，否则为 0",
  hufu_deliveries_waiting: "尚未通知到你的后端的事件数，每 10 秒统计一次。没有 hook 时没有此项",
  hufu_webhooks: "发给 webhook 的消息：等待中的和死信，每 10 秒统计一次",
  hufu_notices_total: "需要有人关注的事件，按种类；日志里有对应的一行",
  hufu_log_lines_dropped_total: "未能写出的日志行数。日志自身不统计时没有此项",
  hufu_refusals_dropped_total: "未能保存的拒绝记录数，它们的 request_id 查不到原因",
};

/** One row for each metric. */
export function metricTable(chinese: boolean): string {
  const head = chinese ? ["指标", "类型", "标签", "含义"] : ["metric", "type", "labels", "what it says"];
  return markdownTable(
    head,
    (Object.keys(METRICS) as MetricName[]).map((name) => {
      const { type, help, labels } = METRICS[name];
      const names = Object.keys(labels).map((label) => `\`${label}\``);
      return [`\`${name}\``, type, names.join(", "), chinese ? CHINESE[name] : help.replace(/\.$/, "")];
    }),
  );
}
