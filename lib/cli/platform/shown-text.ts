import { escaped } from '../../options/quoted.js'

/** Characters of one text of others that are shown. */
const maxLength = 200
const ending = '..."'

/** A text that somebody else wrote, for a sentence: in quotes, in ASCII, and not long. */
export function shownText(text: string): string {
  const all = escaped(text.slice(0, maxLength))
  return all.length <= maxLength ? all : `${all.slice(0, maxLength - ending.length)}${ending}`
}

/** What of an address is shown: a query may hold a secret, and so may a fragment. */
export function shownAddress({ origin, pathname }: URL): string {
  const all = `${origin}${pathname === '/' ? '' : pathname}`
  return all.length <= maxLength ? all : `${all.slice(0, maxLength - ending.length)}...`
}
