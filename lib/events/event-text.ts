import { ownText } from '../encoding/own-text.js'
import { limits } from '../protocol.js'

/** A text for an event. Listeners may keep an event for as long as they like: its texts are short, and keep no token. */
export function bounded(value: string): string {
  const cut = value.slice(0, limits.identifierLength)
  const splitsPair = /[\uD800-\uDBFF]$/.test(cut) && /^[\uDC00-\uDFFF]/.test(value.slice(cut.length))
  return ownText(splitsPair ? cut.slice(0, -1) : cut)
}

/** A member of an event that is there where it is a text. */
export function text<Name extends string>(name: Name, value: unknown): { readonly [name in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: bounded(value) } as { [name in Name]: string }) : {}
}

/** What was thrown, in words. It may be anything, also what cannot even be asked what it is. */
export function messageOf(cause: unknown): unknown {
  try {
    return cause instanceof Error ? cause.message : cause
  } catch {
    return undefined
  }
}
