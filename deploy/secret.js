import { readFileSync } from 'node:fs'

/** A secret is a file, which no list of processes and no description of a container shows. Read anew each time, so that it can change. */
export function secret(name) {
  return readFileSync(`${process.env.SECRETS ?? '/run/secrets'}/${name}`, 'utf8').trim()
}
