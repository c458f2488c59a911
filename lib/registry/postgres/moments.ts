/* Times go in and come out as text: epoch seconds. */

export const seconds = (column: string) => `extract(epoch FROM ${column})`

export const moment = (parameter: string) => `to_timestamp(${parameter}::text::double precision)`
