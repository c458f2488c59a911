import { Child } from './child.js'
import { orderOf, spread } from './interleave.js'
import { audience, issuer, lifetime, makeKeys, projectId } from './platform.js'
import { cell, type Part } from './results.js'
import type { StartAnswer, StartQuestion } from './start-process.js'
import { targets } from './targets.js'
import { signTokens } from './tokens.js'

export interface StartSize {
  readonly rounds: number
}

const contestants = ['reverse-jwt', 'jose'] as const
const alg = 'ES256'

/** How long a fresh process takes from before the import until its first token is accepted. */
export async function start({ rounds }: StartSize): Promise<Part> {
  const keys = makeKeys()
  const jwk = keys.jwks.keys.find((one) => one.alg === alg) ?? {}
  const tokens = await signTokens(keys, alg, rounds)
  const answers: Record<(typeof contestants)[number], StartAnswer[]> = { 'reverse-jwt': [], jose: [] }
  for (const [round, token] of tokens.entries()) {
    for (const contestant of orderOf(contestants, round)) {
      const child = new Child('./start-process.js')
      try {
        const setup = { jwk, projectId, issuer, audience, maxLifetime: lifetime }
        const question: StartQuestion = { contestant, token, ...setup }
        answers[contestant].push(await child.ask<StartAnswer>(question))
      } finally {
        await child.stop()
      }
    }
  }
  const milliseconds = (name: keyof typeof answers, what: keyof StartAnswer) =>
    cell(spread(answers[name].map((one) => one[what])), 'ms')
  const timeOfOurs = (name: keyof typeof answers) =>
    cell(
      spread(
        answers[name].map(
          ({ accepted }, round) => accepted / (answers['reverse-jwt'][round]?.accepted ?? NaN),
        ),
      ),
      'ratio',
    )
  return {
    tables: [
      {
        title: 'Start, one ES256 token',
        text: `In ${rounds} fresh processes each, measured within the process: from before the import of the package until it is loaded, and until the first token is accepted, with the key read from its JWK; and the latter as a multiple of ours, round by round. The start of Node itself is not in it.`,
        columns: ['import', 'import and first token', 'import and first token ÷ ours'],
        rows: contestants.map((name) => ({
          name,
          cells: [milliseconds(name, 'imported'), milliseconds(name, 'accepted'), timeOfOurs(name)],
        })),
      },
    ],
    verdicts: [
      {
        target: 'start: import and first token',
        reached: milliseconds('reverse-jwt', 'accepted'),
        atMost: targets.maxStartMs,
      },
    ],
  }
}
