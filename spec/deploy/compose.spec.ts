import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository, read } from '../docs/markdown.js'
import { output, run } from '../package/command.js'
import { compose, filledIn, mountsOf, needsOf, networksOf, own, services } from './files.js'

const fileOf = (path: string) => inRepository(join('deploy', path))
const dockerfile = read('deploy/Dockerfile')

it('says the version of each image that it takes from others', () => {
  const taken = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image)
  const bases = Array.from(dockerfile.matchAll(/^FROM (\S+)/gm), ([, image = '']) => image)
  expect([taken.length, bases.length]).toEqual([5, 2])
  expect([...taken, ...bases].filter((image) => !/:v?\d+\.\d+(\.\d+)?(-[\w.]+)*$/.test(image))).toEqual([])
  expect(new Set(bases).size).toBe(1)
})

it('mounts what there is, and names what it defines', () => {
  for (const [name, service] of services) {
    const missing = Array.from(mountsOf(service).values()).filter(
      (path) => !path.startsWith('./secrets/') && !existsSync(fileOf(path)),
    )
    expect([name, missing]).toEqual([name, []])
    const named = (service.volumes ?? []).map((one) => one.split(':')[0] ?? '')
    const names = {
      volumes: named.filter((one) => !one.startsWith('.')),
      secrets: service.secrets ?? [],
      networks: networksOf(service),
      services: needsOf(service),
    }
    for (const [kind, used] of Object.entries(names)) {
      const defined = Object.keys(compose[kind as keyof typeof names])
      expect([name, kind, used.filter((one) => !defined.includes(one))]).toEqual([name, kind, []])
    }
  }
  const used = (what: (name: (typeof services)[number]) => readonly string[]) =>
    new Set(services.flatMap(what))
  expect(used(([, { secrets = [] }]) => secrets)).toEqual(new Set(Object.keys(compose.secrets)))
  expect(used(([, service]) => networksOf(service))).toEqual(new Set(Object.keys(compose.networks)))
})

it('can be started without a variable', () => {
  expect(() => filledIn(read('deploy/compose.yaml'))).not.toThrow()
  expect(compose.services.caddy?.environment).toMatchObject({
    PLATFORM_HOST: '${PLATFORM_HOST:-platform.localhost}',
  })
})

describe('a secret', () => {
  it('is a file that secrets.sh makes, once, for its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-secrets-'))
    try {
      const secrets = join(folder, 'secrets')
      const script = [inRepository('deploy/secrets.sh'), secrets]
      await output('sh', script, folder)
      expect(await output('stat', ['--format=%a', secrets], folder)).toBe('700\n')
      const files = Object.values(compose.secrets).map(({ file }) => file.replace('./secrets/', ''))
      const folders = services.flatMap(([, service]) => Array.from(mountsOf(service).values()))
      const mounted = folders.filter((path) => path.startsWith('./secrets/'))
      const wanted = new Set([...files, ...mounted.map((path) => path.replace('./secrets/', ''))])
      expect(new Set(readdirSync(secrets))).toEqual(wanted)
      const again = await run('sh', script, folder)
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is no value in the compose file', () => {
    for (const [name, { environment = {} }] of services) {
      const telling = Object.entries(environment).filter(([variable]) =>
        /PASSWORD|SECRET|TOKEN|KEY/.test(variable),
      )
      const values = telling.filter(([, value]) => !value.startsWith('/run/secrets/'))
      expect([name, values]).toEqual([name, []])
    }
    // Nor a password in an address, nor anything as long as one.
    expect(read('deploy/compose.yaml')).not.toMatch(/:\/\/[^/\s]*@|-----BEGIN|[\w+/=]{40}/)
  })

  it('is sent to no build, and is in no commit', () => {
    const sent = read('deploy/Dockerfile.dockerignore')
    expect(sent.match(/^[^#\n].*$/gm)?.[0]).toBe('*')
    expect(sent).not.toMatch(/^!.*secret/m)
    expect(read('deploy/.gitignore')).toContain('secrets/\n')
  })
})

describe('our image', () => {
  const sources = Array.from(dockerfile.matchAll(/^COPY ((?!--).+) \S+$/gm), ([, list = '']) =>
    list.split(' '),
  ).flat()

  it('is made of files that there are, and that are sent to the build', () => {
    const patterns = read('deploy/Dockerfile.dockerignore').split('\n')
    const sent = patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(new Set(sent)).toEqual(new Set(sources))
    expect(sources.filter((path) => !path.includes('*') && !existsSync(inRepository(path)))).toEqual([])
  })

  it('has each program that a service runs, and the health check', () => {
    expect(sources).toContain('deploy/*.js')
    const commands = own.map(([, { command = [] }]) => command)
    const checks = own.flatMap(([, { healthcheck }]) => (healthcheck ? [healthcheck.test.slice(1)] : []))
    expect(own.map(([name]) => name).sort()).toEqual([
      ...['customer', 'migrate', 'orders', 'platform-1', 'platform-2', 'register'],
    ])
    expect(checks).toHaveLength(4)
    const [, ...first] = /^CMD \["(\w+)", "([\w.]+)"\]$/m.exec(dockerfile) ?? []
    for (const [program, file = '', ...more] of [...commands, ...checks, first]) {
      expect([program, more]).toEqual(['node', []])
      expect([file, existsSync(fileOf(file))]).toEqual([file, true])
    }
  })

  it.each(own)('gives %s no more than it needs', (_, service) => {
    expect(service).toMatchObject({
      pull_policy: 'build',
      user: 'node',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    expect(service.ports).toBeUndefined()
  })

  it('is given longer to stop than its servers take', () => {
    const source = read('deploy/serve.js')
    const ofName = (name: RegExp) => Number(name.exec(source)?.[1]?.replace('_', ''))
    const ms = ofName(/DRAIN_MS \?\? ([\d_]+)/) + ofName(/maxAnswerMs = ([\d_]+)/)
    const servers = own.filter(([, { healthcheck }]) => healthcheck !== undefined)
    for (const [, service] of servers)
      expect(Number.parseInt(service.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(ms + 5_000)
  })
})

describe('the networks', () => {
  const on = (network: string) =>
    services
      .filter(([, service]) => networksOf(service).includes(network))
      .map(([name]) => name)
      .sort()

  it('lead to the stores from where they are needed alone', () => {
    expect(on('database')).toEqual(['migrate', 'platform-1', 'platform-2', 'postgres', 'register'])
    expect(on('redis')).toEqual(['platform-1', 'platform-2', 'redis'])
    expect([compose.networks.database?.internal, compose.networks.redis?.internal]).toEqual([true, true])
  })

  it('let in from outside through Caddy alone, and operators from this machine', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))
    expect(published).toEqual(['caddy 127.0.0.1:443:443', 'grafana 127.0.0.1:3000:3000'])
    expect(on('outside')).toEqual(['caddy', 'grafana'])
    const open = Object.entries(compose.networks).filter(([, network]) => network?.internal !== true)
    expect(open.map(([name]) => name)).toEqual(['outside'])
  })

  it('let the service, the customer and the dashboard reach the platform through Caddy alone', () => {
    const neighboursOf = (name: string) => {
      const networks = networksOf(compose.services[name] ?? { image: '', networks: [] })
      return new Set(networks.flatMap(on).filter((one) => one !== name))
    }
    expect(neighboursOf('orders')).toEqual(new Set(['caddy', 'prometheus']))
    expect(neighboursOf('customer')).toEqual(new Set(['caddy']))
    expect(neighboursOf('grafana')).toEqual(new Set(['caddy', 'prometheus']))
    const ofPlatform = ['caddy', 'platform-2', 'postgres', 'migrate', 'register', 'redis', 'prometheus']
    expect(neighboursOf('platform-1')).toEqual(new Set(ofPlatform))
  })
})
