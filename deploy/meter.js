/** A meter of prom-client: the recipe of docs/metrics.md, as it stands. */
import { Counter, Gauge, Histogram } from 'prom-client'

const own = ['outcome', 'face', 'store', 'sink', 'rule', 'project_id'].map((name) => `reverse_jwt_${name}`)
const labelNames = ['error_type', ...own]
const underscored = (name) => name.replaceAll('.', '_')
const labelsOf = (attributes = {}) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [underscored(name), value]))

export function meterOf(registry) {
  const settings = (name, { unit, description }, end = '') => ({
    name: `${underscored(name)}${unit === 's' ? '_seconds' : ''}${end}`,
    help: description,
    labelNames,
    registers: [registry],
  })
  const observable = (Metric, end) => (name, options) => ({
    addCallback(callback) {
      const metric = new Metric({
        ...settings(name, options, end),
        async collect() {
          metric.reset()
          await callback({ observe: (value, attributes) => metric.inc(labelsOf(attributes), value) })
        },
      })
    },
  })
  return {
    createObservableCounter: observable(Counter, '_total'),
    createObservableGauge: observable(Gauge),
    createHistogram(name, options) {
      const buckets = options.advice.explicitBucketBoundaries
      const histogram = new Histogram({ ...settings(name, options), buckets })
      return { record: (value, attributes) => histogram.observe(labelsOf(attributes), value) }
    },
  }
}
