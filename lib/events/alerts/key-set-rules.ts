import { LRUCache } from 'lru-cache'
import { escaped } from '../../options/quoted.js'
import type { KeySetEvent } from '../read-event.js'
import type { Finding } from './active-alerts.js'

const maxSets = 10_000
/** Seconds for which reads of a set have failed. */
const maxFailing = 900
/** The set of an issuer belongs to no project. No project has an empty name. */
const ofIssuer = ''

/** What is about key sets: the one of an issuer, and those that customers host. */
export class KeySetRules {
  /** Since when each set cannot be read. */
  private readonly failingSince = new LRUCache<string, number>({ max: maxSets })

  see(event: KeySetEvent, now: number): Finding | undefined {
    const { projectId = ofIssuer } = event
    if (event.type === 'key_set.failed') return this.failing(projectId, now)
    this.failingSince.delete(projectId)
    const published = event.droppedKeys?.filter(({ reason }) => reason === 'private') ?? []
    const [first] = published
    return first === undefined ? undefined : privateKeyPublished(projectId, first.kid, published.length)
  }

  private failing(projectId: string, now: number): Finding | undefined {
    const since = this.failingSince.get(projectId) ?? now
    this.failingSince.set(projectId, since)
    const seconds = now - since
    if (seconds < maxFailing) return undefined
    const minutes = (seconds / 60).toFixed(0)
    return {
      rule: 'key_set_failing',
      count: 1,
      ...(projectId === ofIssuer
        ? {
            text: `The key set of the session issuer could not be read for ${minutes} minutes. Sessions pass by the keys that are known, for an hour. Look at the way from here to it, and at what it answers.`,
          }
        : {
            projectId,
            text: `Project ${escaped(projectId)}: its key set could not be read for ${minutes} minutes. Its tokens pass by the keys that are known, until these are too old. Tell the customer; the event key_set.failed says why.`,
          }),
    }
  }
}

function privateKeyPublished(projectId: string, kid: string | undefined, count: number): Finding {
  return {
    rule: 'private_key_published',
    projectId,
    ...(kid !== undefined && { kid }),
    count,
    text: `Project ${escaped(projectId)}: there is a private key in its key set, for all to read. Tokens of that entry are refused. Deny its kid, and any other that has the same key; tell the customer to take it out and to make a new pair.`,
  }
}
