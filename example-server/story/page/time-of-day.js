/** A moment of today, as the visitor writes it: to the second. */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })

export const timeOfDay = (date) => clock.format(date)
