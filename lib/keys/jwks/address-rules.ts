import { parseUrl } from '../../protocol.js'

const maxLength = 2_048
/** Names as DNS has them, with a dot; the last label begins with a letter, so it is no address. RFC 1123 section 2.1. */
const hostForm = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z](?:[a-z\d-]*[a-z\d])?$/

/**
 * The address of a key set, or what is wrong with it. It is looked at after it was parsed: `0x7f.1`, `2130706433` and digits in circles
 * are 127.0.0.1 then. What the name leads to is looked at when it is resolved.
 */
export function keySetAddress(text: string, ports: readonly number[]): URL | string {
  const url = text.length > maxLength ? undefined : parseUrl(text)
  if (url === undefined) return 'it is no URL'
  if (url.protocol !== 'https:') return 'it is not https'
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password'
  if (text.includes('#')) return 'it has a fragment'
  if (!hostForm.test(url.hostname) || /(?:^|\.)localhost$/.test(url.hostname))
    return 'its host must be a name with a dot, no address and not localhost'
  if (!ports.includes(portOf(url))) return 'its port is not one that is allowed here'
  return url
}

export function portOf({ port }: URL): number {
  return port === '' ? 443 : Number(port)
}
