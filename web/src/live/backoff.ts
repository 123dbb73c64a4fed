/** The wait before a reconnect, in ms: doubling to a limit, and spread so that 200 tablets do not come back at once. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(500 * 2 ** failures, 15_000);
  return longest / 2 + (random() * longest) / 2;
}
