import { ask, type Outcome } from '../network/ask.js'
import { checkCertificate } from './tls.js'
import { checkHostName } from './dns.js'
import { findMetadata, type Metadata } from './metadata.js'
import type { Network } from '../network/network.js'
import { skip, type Verdict } from './verdict.js'

/** A route of the platform that wants a token. */
export interface Route {
  readonly address: URL
  /** What it answers without one. */
  readonly bare: Outcome
}

/** A platform, as far as it is known before anything is signed. */
export interface Site {
  /** Undefined: it has no sessions, or nothing to go by. */
  readonly metadata: Metadata | undefined
  /** Undefined: none was given. */
  readonly route: Route | undefined
  readonly outcomes: readonly Outcome[]
  /** What becomes of a check that needs metadata. */
  readonly noMetadata: Verdict
  /** There are metadata, and they are wrong: a token goes nowhere. */
  readonly isMisled: boolean
  /** What becomes of every further check of it; undefined: it can be asked. */
  readonly closed: Verdict | undefined
}

type Add = (check: string, verdict: Verdict) => void

/** The first three checks: whether the platform is there, proves its name, and what it says of itself. Then it is asked for more. */
export async function openSite(
  platform: URL,
  origin: string | undefined,
  network: Network,
  add: Add,
): Promise<Site> {
  const name = await checkHostName(platform, network)
  add('dns', name)
  if (name.result === 'FAIL') return closedSite(notReached, add, 'tls', 'metadata')
  const certificate = await checkCertificate(platform, network)
  add('tls', certificate)
  if (certificate.result === 'FAIL')
    return closedSite(certificate.isUnreached === true ? notReached : notProven, add, 'metadata')
  const { verdict, metadata, protectedAddress, answers } = await findMetadata(platform, network)
  add('metadata', verdict)
  if (answers.length === 0) return closedSite(notReached, add)
  const headers = origin === undefined ? {} : { Origin: origin }
  const route = protectedAddress && {
    address: protectedAddress,
    bare: await ask(protectedAddress, { headers }, network),
  }
  const isMisled = verdict.result === 'FAIL'
  return {
    metadata,
    route,
    outcomes: route === undefined ? answers : [...answers, route.bare],
    noMetadata: skip(isMisled ? 'the metadata must be right first' : 'the platform has no sessions'),
    isMisled,
    closed: undefined,
  }
}

const notReached = 'the platform did not answer'
const notProven = 'nothing is asked of a platform before it has proven its name'

function closedSite(why: string, add: Add, ...further: readonly string[]): Site {
  const closed = skip(why)
  for (const check of further) add(check, closed)
  return { metadata: undefined, route: undefined, outcomes: [], noMetadata: closed, isMisled: false, closed }
}
