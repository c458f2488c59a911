import { parse } from 'yaml'
import { read } from '../docs/markdown.js'

/** What is read here of `compose.yaml`. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}
export interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks: readonly string[] | Readonly<Record<string, { readonly aliases?: string[] } | null>>
  readonly ports?: readonly string[]
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly stop_grace_period?: string
}

/** YAML with the anchors and merges that Compose knows. */
export const yaml = (text: string): unknown => parse(text, { merge: true })

export const compose = yaml(read('deploy/compose.yaml')) as Compose
export const services = Object.entries(compose.services)
/** Those whose image is made here. */
export const own = services.filter(([, { build }]) => build !== undefined)

export const networksOf = ({ networks }: Service) =>
  Array.isArray(networks) ? (networks as string[]) : Object.keys(networks)

/** Names of what must run, or have run, before. */
export const needsOf = ({ depends_on = [] }: Service) =>
  Array.isArray(depends_on) ? (depends_on as string[]) : Object.keys(depends_on)

/** The variables of a text, as Compose fills them in where nobody has set one. */
export const filledIn = (text: string) =>
  text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, value: string | undefined) => {
    if (value === undefined) throw new Error(`${name} has no default`)
    return value
  })

/** Where a service finds what of the repository: paths in it, by those in the container. */
export function mountsOf({ volumes = [] }: Service): Map<string, string> {
  const mounts = volumes.map((one) => one.split(':') as [string, string, string?])
  return new Map(mounts.filter(([from]) => from.startsWith('.')).map(([from, to]) => [to, from]))
}

/** What is read here of a package.json and of its lock. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dependencies?: object }>>
}
export const manifestAt = (file: string) => JSON.parse(read(file)) as Manifest
