import type { KeyStore } from '../../lib/index.js'

/** A key store that is asked for the keys of one project and does not answer until it is released. */
export function holdKeysOf(heldId: string, { keyStore }: { keyStore: KeyStore }) {
  let release = () => {}
  let tellAsked = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const asked = new Promise<void>((resolve) => (tellAsked = resolve))
  const held: KeyStore = {
    async find(projectId, kid) {
      if (projectId === heldId) {
        tellAsked()
        await released
      }
      return keyStore.find(projectId, kid)
    },
  }
  return { keyStore: held, asked, release }
}
