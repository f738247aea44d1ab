const SPOKEN = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** By what a shop finds a grant, checkout or basket of this id (chapter 15, "code"): its first 40 bits, 5 a character. */
export function codeOfId(id: string): string | undefined {
  if (!/^[\w-]{22}$/.test(id)) return undefined;
  const bytes = atob(id.slice(0, 8).replaceAll('-', '+').replaceAll('_', '/'));
  const bits = [...bytes].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join('');
  return bits.slice(0, 40).replace(/.{5}/g, (five) => SPOKEN[parseInt(five, 2)] ?? '');
}
