/** What tells the series of an instrument apart. */
export type MeterAttributes = Readonly<Record<string, string>>

/** The part of an observable instrument of OpenTelemetry that is called. */
export interface ObservableInstrument {
  addCallback(
    callback: (result: {
      observe(value: number, attributes?: Record<string, string>): void
    }) => void | Promise<void>,
  ): void
}

/** What an instrument is made with. */
export interface InstrumentOptions {
  description: string
  unit: string
  advice?: { explicitBucketBoundaries: number[] }
}

/** The part of a `Meter` of OpenTelemetry that is called. */
export interface EventMeter {
  createHistogram(
    name: string,
    options: InstrumentOptions,
  ): { record(value: number, attributes?: Record<string, string>): void }
  createObservableCounter(name: string, options: InstrumentOptions): ObservableInstrument
  createObservableGauge(name: string, options: InstrumentOptions): ObservableInstrument
}
