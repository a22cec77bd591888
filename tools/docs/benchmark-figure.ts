// The one figure of the README, from the row of docs/benchmarks.md that it is.

const ROW =
  /^\| B9 \| refresh over HTTP on a database server: (PostgreSQL \d+), synchronous_commit=on[^|]*\| (\d+) refreshes\/s \| (\d+) its two statements alone \| ([\d.]+) ±/m;

/** @throws Error if the benchmarks have no such row */
export function benchmarkFigure(benchmarks: string, chinese: boolean): string {
  const [, server, ours, alone, ratio] = ROW.exec(benchmarks) ?? [];
  if (server === undefined || ours === undefined || alone === undefined || ratio === undefined)
    throw new Error("docs/benchmarks.md has no row B9 of PostgreSQL beside its two statements alone");
  // The rounds' own ratio, which is not quite the quotient of the two medians.
  const share = Math.round(100 * Number(ratio));
  return chinese
    ? `> 两个核同时运行 Hufu、${server} 和压测程序，每次提交都写入磁盘，每秒 **${ours} 次刷新**，是两条 SQL 语句单独运行速度（${alone}）的 ${share} %。见[基准测试](docs/benchmarks.md)（英文），其中也有别人更快的项目。`
    : `> **${ours} refreshes a second** on two cores that also run ${server} and the load, every commit on disk: ${share} % of what its two SQL statements reach alone (${alone}). All rows, also where others are faster: [benchmarks](docs/benchmarks.md).`;
}
