import { expect, it } from '@jest/globals'
import { run } from '../package/command.js'
import { inRepository, read } from './markdown.js'
import { scraped, unknownIn } from './scraped.js'

const rules = 'docs/observe/prometheus-rules.yml'
const tests = 'spec/docs/prometheus-rules.test.yml'
const promtool = (...args: string[]) => run('promtool', args, inRepository(''))

/** The lines that belong to each `expr`: the next member ends it. */
const expressions = Array.from(read(rules).matchAll(/^ {8}expr:(.*?)(?=^ {8}\w)/gms), ([, text = '']) => text)
const alerts = Array.from(read(rules).matchAll(/^ {6}- alert: (\w+)$/gm), ([, name = '']) => name)

it('are rules as Prometheus reads them', async () => {
  const { code, stdout } = await promtool('check', 'rules', rules)
  expect([code, stdout]).toEqual([0, expect.stringContaining('SUCCESS: 12 rules found')])
})

it('fire at their thresholds, over all processes, and not below', async () => {
  expect(await promtool('test', 'rules', tests)).toMatchObject({ code: 0 })
  const fired = read(tests)
    .split(/alertname: /)
    .filter((one) => /^\w+\n\s+exp_alerts:\n/.test(one))
  expect(new Set(fired.map((one) => /^\w+/.exec(one)?.[0]))).toEqual(new Set(alerts))
})

it('name only metrics, labels and values that there are', async () => {
  const metrics = await scraped()
  expect(expressions).toHaveLength(alerts.length)
  expect(expressions.flatMap((one) => unknownIn(one, metrics))).toEqual([])
  // The control: it does see what there is not.
  const wrong = [
    'rate(reverse_jwt_verification_total[1m])',
    'reverse_jwt_alerts_total{reverse_jwt_outcome="x"}',
    'reverse_jwt_alerts_total{reverse_jwt_rule="x"}',
    'sum by (rule) (reverse_jwt_alerts_total)',
  ]
  expect(wrong.map((one) => unknownIn(one, metrics).length)).toEqual([1, 1, 1, 1])
})
