import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  MetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics'
import { meterEvents, type MeterEventsOptions } from '../../../lib/events/index.js'

/** Reads when it is asked to. */
class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
  override selectAggregationTemporality(): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE
  }
}

export interface Metric {
  readonly unit: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly points: readonly DataPoint<number | Histogram>[]
}

const kinds = {
  [DataPointType.SUM]: 'counter',
  [DataPointType.GAUGE]: 'gauge',
  [DataPointType.HISTOGRAM]: 'histogram',
  [DataPointType.EXPONENTIAL_HISTOGRAM]: 'histogram',
} as const

/** The listener with the real SDK of OpenTelemetry, and what it exports. */
export function metered(options: MeterEventsOptions = {}) {
  const reader = new Reader()
  const meter = new MeterProvider({ readers: [reader] }).getMeter('reverse-jwt')
  const listener = meterEvents(meter, options)
  const read = async (): Promise<ReadonlyMap<string, Metric>> => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw new AggregateError(errors)
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    return new Map(
      metrics.map(({ descriptor: { name, unit }, dataPoints, dataPointType }) => [
        name,
        { unit, kind: kinds[dataPointType], points: dataPoints as Metric['points'] },
      ]),
    )
  }
  /** The values of a counter or a gauge that are not 0, by their attributes; of a histogram, how many there were. */
  const values = async (name: string): Promise<readonly (readonly [object, number])[]> =>
    ((await read()).get(name)?.points ?? [])
      .map(({ attributes, value }) => [attributes, typeof value === 'number' ? value : value.count] as const)
      .filter(([, value]) => value !== 0)
  return { listener, read, values }
}
