import type { HttpClient } from './http.js';
import { Members } from './json.js';

/**
 * What a store's clock shows, in seconds since 1970. By it a wallet sees that its own clock is wrong, before it forgets what only
 * this store could give or owes: whoever could lie here could as well say that nothing is owed.
 *
 * @throws ProblemError, TransportError
 */
export async function storeClock(http: HttpClient, base: string): Promise<bigint> {
  const { json } = await http.call({ method: 'GET', base, path: '/v1/status' });
  return BigInt(new Members(json).integer('now_ms')) / 1000n;
}
