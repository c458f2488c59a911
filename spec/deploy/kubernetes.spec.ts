import { expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { blocksOf, inRepository, read, sectionOf } from '../docs/markdown.js'
import { compose, yaml } from './files.js'

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}
interface Container {
  readonly command: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string; readonly secret: { readonly defaultMode: number } }[]
}

const [text = ''] = blocksOf(sectionOf(read('docs/deploy.md'), '## Kubernetes'), 'yaml')
const { spec: pod } = (yaml(text) as { spec: { template: { spec: Pod } } }).spec.template
const [container] = pod.containers
const variables = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
const platform = compose.services['platform-1']

it('runs what the compose file runs, with the same variables', () => {
  expect(container.command).toEqual(platform?.command)
  expect(existsSync(inRepository(`deploy/${container.command[1] ?? ''}`))).toBe(true)
  const folders = ['SECRETS', 'SESSION_KEYS']
  expect(Object.keys(variables)).toEqual([...Object.keys(platform?.environment ?? {}), ...folders])
  expect(`${pod.terminationGracePeriodSeconds}s`).toBe(platform?.stop_grace_period)
})

it('probes what there is, at the port that it names', () => {
  const server = read('deploy/serve.js')
  const { startupProbe, readinessProbe, livenessProbe } = container
  const probes = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet)
  expect(probes.map(({ path }) => path)).toEqual(['/ready', '/ready', '/live'])
  for (const { path, port } of probes) {
    expect(server).toContain(`app.get('${path}'`)
    const { containerPort } = container.ports.find(({ name }) => name === port) ?? {}
    expect(server).toContain(`OPERATIONS_PORT ?? ${containerPort ?? ''}`)
  }
})

it('mounts secrets where the program looks, for its group alone', () => {
  const folders = container.volumeMounts.map(({ mountPath }) => mountPath)
  expect(folders).toEqual([variables.SECRETS, variables.SESSION_KEYS])
  expect(container.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name))
  expect(pod.volumes.map(({ secret }) => secret.defaultMode.toString(8))).toEqual(['440', '440'])
  // The program reads these, and a comment tells which they are.
  const names = Array.from(
    read('deploy/platform.js').matchAll(/secret\('([\w-]+)'\)/g),
    ([, name = '']) => name,
  )
  expect(new Set(names)).toEqual(new Set(platform?.secrets))
  for (const name of names) expect(text).toContain(name)
})
