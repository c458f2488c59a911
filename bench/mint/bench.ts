import { Child } from '../child.js'
import { askAll } from '../http/ask-all.js'
import { Connection } from '../http/connection.js'
import { interleave, ratio, spread } from '../interleave.js'
import { makeKeys, type Alg } from '../platform.js'
import { cell, type Part, type Table, type Verdict } from '../results.js'
import { targets } from '../targets.js'
import type { MinterName, MintQuestion } from './server.js'

export interface MintSize {
  readonly algs: readonly Alg[]
  readonly rounds: number
  readonly warmUp: number
  /** Tokens a turn. */
  readonly batch: number
}

const connections = 64
const names: readonly MinterName[] = ['tokenEndpoint', 'jose by hand']
const request = Buffer.from(
  [
    'POST /token HTTP/1.1',
    'Host: shop.example',
    'Origin: https://shop.example',
    'Sec-Fetch-Site: same-origin',
    'Content-Type: application/json',
    'Content-Length: 23',
    '',
    '{"scope":"portal:read"}',
  ].join('\r\n'),
)

/** Tokens a second: the guarded endpoint against a route that signs for everybody. A process for each; this one asks. */
export async function mint({ algs, rounds, warmUp, batch }: MintSize): Promise<Part> {
  const keys = makeKeys()
  const rows: Table['rows'][number][] = []
  const verdicts: Verdict[] = []
  for (const alg of algs) {
    const pem = keys.privateKeys[alg].export({ type: 'pkcs8', format: 'pem' }) as string
    const children = names.map(() => new Child('./mint/server.js'))
    try {
      const turns = await interleave(
        Object.fromEntries(
          await Promise.all(
            names.map(async (start, at) => {
              const question: MintQuestion = { start, alg, pem }
              const port = (await children[at]?.ask<number>(question)) ?? NaN
              const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)))
              return [start, () => askAll(open, [request], batch)] as const
            }),
          ),
        ) as Record<MinterName, () => Promise<void>>,
        rounds,
        warmUp,
      )
      const share = cell(ratio(turns['jose by hand'], turns.tokenEndpoint, 'wall'), 'ratio')
      const perSecond = names.map((name) =>
        cell(spread(turns[name].map(({ wall }) => batch / (wall / 1e9))), '/s'),
      )
      rows.push({ name: alg, cells: [...perSecond, share] })
      verdicts.push({
        target: `${alg}: tokens a second of tokenEndpoint, as a share of a route that only signs`,
        reached: share,
        atLeast: targets.minOfBareMint,
      })
    } finally {
      await Promise.all(children.map((child) => child.stop()))
    }
  }
  const table: Table = {
    title: 'Token endpoint',
    text: `Express 5, ${connections} connections. \`tokenEndpoint\` checks the page, reads the body, asks \`authorize\` and signs; \`jose by hand\` signs the same claims with the same key and checks nothing. \`share\`: tokens a second, ours of theirs.`,
    columns: [...names, 'share'],
    rows,
  }
  return { tables: [table], verdicts }
}
