/** What tells the series of an instrument apart. */
export type MeterAttributes = Readonly<Record<string, string>>

/** The part of an observable instrument of OpenTelemetry that is called. */
export interface MeterObservable {
  addCallback(
    callback: (result: {
      observe(value: number, attributes?: Record<string, string>): void
    }) => void | Promise<void>,
  ): void
}

/** What an instrument is made with. */
export interface MeterInstrumentOptions {
  description: string
  unit: string
  advice?: { explicitBucketBoundaries: number[] }
}

/** The part of a `Meter` of OpenTelemetry that is called. */
export interface EventMeter {
  createHistogram(
    name: string,
    options: MeterInstrumentOptions,
  ): { record(value: number, attributes?: Record<string, string>): void }
  createObservableCounter(name: string, options: MeterInstrumentOptions): MeterObservable
  createObservableGauge(name: string, options: MeterInstrumentOptions): MeterObservable
}
