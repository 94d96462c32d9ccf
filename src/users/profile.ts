import { z } from 'zod';
import { unfit } from '../platform/errors.ts';

/** Most characters of a display name, and of the address of a picture. */
const [longestName, longestAddress] = [100, 2048];
/** Controls, line breaks, and the marks that turn the direction of what follows: they would forge other text. */
const forbidden = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u{61C}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}]/u;
/** Something that can be seen; Hangul fillers and the blank of Braille are letters and signs that cannot. */
const visible = /(?![\u{115F}\u{1160}\u{2800}\u{3164}\u{FFA0}])[\p{L}\p{N}\p{P}\p{S}]/u;

/** A display name as it is kept, from what somebody typed. @throws ValidationError */
export function checkedDisplayName(text: string): string {
  const name = text.trim();
  if (characters(name) > longestName) throw unfit('displayName', `must have at most ${longestName} characters`);
  if (!visible.test(name)) throw unfit('displayName', `must have 1 to ${longestName} visible characters`);
  if (forbidden.test(name)) throw unfit('displayName', 'must not hold control characters');
  return name;
}

/** The address of a picture as it is kept, from what somebody typed. @throws ValidationError */
export function checkedAvatarUrl(text: string): string {
  const address = text.trim();
  if (address.length > longestAddress) throw unfit('avatarUrl', `must have at most ${longestAddress} characters`);
  if (!isPicture(address)) throw unfit('avatarUrl', 'must be an https URL');
  return address;
}

/** A name from elsewhere as it may be shown here; null when nothing of it can be. */
export function shownName(text: string | null): string | null {
  const clean = [...(text ?? '')].filter((character) => !forbidden.test(character)).join('');
  const name = [...clean.trim()].slice(0, longestName).join('').trim();
  return visible.test(name) ? name : null;
}

/** The address of a picture from elsewhere; null when it is none. */
export function pictureAddress(text: string | null): string | null {
  return text !== null && text.length <= longestAddress && isPicture(text) ? text : null;
}

/** URL parsers forgive spaces and line breaks; pages that show the address may not. */
function isPicture(address: string): boolean {
  if (/[\s\p{C}<>"'`\\]/u.test(address) || !z.url({ protocol: /^https$/ }).safeParse(address).success) return false;
  const url = URL.parse(address);
  return url !== null && url.hostname !== '' && url.username === '' && url.password === '';
}

function characters(text: string): number {
  return [...text].length;
}
