/**
 * A program: a verifier in a process whose global Promise is not Node's, as libraries for context and for tracing make it. Its
 * arguments: what the other Promise is, and whether it comes before or after the package. Prints what became of each token.
 */
import type { KeyStore, TokenUse } from '../../lib/index.js'

const [, , kind, when] = process.argv
const NodePromise = Promise

/** A promise of a class that knows nothing of Node's: no async function returns one. */
class Foreign<T> {
  private readonly settled: Promise<T>

  constructor(executor: ConstructorParameters<typeof NodePromise<T>>[0]) {
    this.settled = new NodePromise(executor)
  }

  then(...handlers: Parameters<Promise<T>['then']>): unknown {
    return new Foreign((resolve, reject) => {
      this.settled.then(...handlers).then(resolve, reject)
    })
  }

  catch(handler: (error: unknown) => never): unknown {
    return this.then(undefined, handler)
  }

  static resolve(value: unknown): unknown {
    return new Foreign((resolve) => {
      resolve(value)
    })
  }

  static reject(error: Error): unknown {
    return new Foreign((_, reject) => {
      reject(error)
    })
  }
}

const others = { subclass: class Other<T> extends NodePromise<T> {}, foreign: Foreign }
const replace = () => {
  globalThis.Promise = others[kind as keyof typeof others] as unknown as PromiseConstructor
}

let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

if (when === 'before') replace()
const { createVerifier, MemoryKeyStore, MemoryReplayStore } = await import('../../lib/index.js')
const { audience, mint } = await import('../helpers/mint.js')
const { shop } = await import('../helpers/platform.js')
if (when === 'after') replace()

const atHand = new MemoryKeyStore([shop()])
const keyStores: Record<string, KeyStore> = {
  'keys at hand': atHand,
  'keys that are waited for': {
    async find(projectId, kid) {
      await new NodePromise(setImmediate)
      return atHand.find(projectId, kid)
    },
  },
}
/** As Redis does: the answer is not at hand. */
const replayStore = {
  used: new MemoryReplayStore(),
  async consume(use: TokenUse) {
    await new NodePromise(setImmediate)
    return this.used.consume(use)
  },
}

const outcomes: Record<string, readonly string[]> = {}
for (const [name, keyStore] of Object.entries(keyStores)) {
  const clock = () => Date.now() / 1000
  const verifier = createVerifier({ audience, keyStore, replayStore, clock })
  const outcomeOf = async (verified: () => PromiseLike<{ project: { id: string } }>) => {
    try {
      return (await verified()).project.id
    } catch (error) {
      return String((error as { code?: unknown }).code)
    }
  }
  const iat = Math.floor(clock())
  const times = { iat, exp: iat + 60 }
  const token = mint({ claims: times })
  const request = { headers: { authorization: `Bearer ${mint({ claims: times })}` }, rawHeaders: [] }
  outcomes[name] = [
    await outcomeOf(() => verifier.verify(token)),
    await outcomeOf(() => verifier.verify(token)),
    await outcomeOf(() => verifier.verify(mint({ claims: times, signature: Buffer.alloc(64, 1) }))),
    await outcomeOf(() => verifier.authenticate(request)),
    await outcomeOf(() => verifier.authenticate(request)),
    await outcomeOf(() => verifier.authenticate({ ...request })),
  ]
}
await new NodePromise((resolve) => setTimeout(resolve, 20))
console.log(JSON.stringify({ outcomes, unhandled }))
