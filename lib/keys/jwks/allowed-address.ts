import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What is given out today of IPv6: all of the public internet is in it. RFC 4291 section 2.4. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')
/** The host agent of Azure, which answers each virtual machine, at an address like any other. */
const hostAgent = '168.63.129.16'

/**
 * Whether an address is on the public internet: it is no special one of any registry of IANA (RFC 6890), nor an IPv6 spelling of an
 * IPv4 address, and stands for no service of a cloud.
 */
export function isPublicAddress(address: string): boolean {
  // Else ipaddr.js would take numbers and short forms.
  if (isIP(address) === 0) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv6' ? parsed.match(globalUnicast) : parsed.toString() !== hostAgent
}
