const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
] as const

/** The last moment that a Date can hold, in seconds. */
const maxSeconds = 8.64e12

/** Epoch seconds as a date and as a distance: `1790000000, 2026-09-21 14:13:20 UTC, 12 s ago`. */
export function timeInWords(time: number, now: number): string {
  if (!(Math.abs(time) <= maxSeconds)) return `${time}, which is no time`
  const date = new Date(time * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
  const ahead = time - now
  return `${time}, ${date}, ${ahead > 0 ? `in ${durationInWords(ahead)}` : `${durationInWords(-ahead)} ago`}`
}

/** `95 s`, `12 min`, `30 h`: the largest unit of which there are two. */
export function durationInWords(seconds: number): string {
  const unit = units.find((one) => seconds >= 2 * one.seconds)
  return unit === undefined
    ? `${Math.round(seconds)} s`
    : `${Math.round(seconds / unit.seconds)} ${unit.name}`
}
