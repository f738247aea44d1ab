/** The address to which a store leads when a basket is done, if it is as chapter 15 says (WALLET-50). */
export function checkReturnUrl(text: string): string | undefined {
  if (!/^https:\/\/[\x21-\x7e]+$/.test(text) || text.length > 2000 || text.includes('#')) return undefined;
  try {
    const { protocol, hostname, username, password } = new URL(text);
    const isPlain = protocol === 'https:' && hostname !== '' && username === '' && password === '';
    return isPlain && !/^https:\/\/[^/?]*@/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
