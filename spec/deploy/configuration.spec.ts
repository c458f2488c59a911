import { describe, expect, it } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { blocksOf, inRepository, read, sectionOf } from '../docs/markdown.js'
import { output, run } from '../package/command.js'
import { compose, manifestAt, mountsOf, networksOf, yaml } from './files.js'

/** Where a service may reach another one: `name:port`, of which only the names are known here. */
function isReachable(from: string, address: string): boolean {
  const [name = ''] = address.replace(/^\w+:\/\//, '').split(':')
  const [one, other] = [compose.services[from], compose.services[name]]
  if (one === undefined || other === undefined) return false
  return networksOf(one).some((network) => networksOf(other).includes(network))
}

describe('prometheus.yml', () => {
  interface Configuration {
    readonly global: { readonly scrape_interval: string }
    readonly rule_files: readonly string[]
    readonly scrape_configs: readonly {
      readonly job_name: string
      readonly static_configs: readonly { readonly targets: readonly string[] }[]
    }[]
  }
  const text = read('deploy/prometheus.yml')
  const configuration = yaml(text) as Configuration

  it('is read by Prometheus, with its rules', async () => {
    const mounts = mountsOf(compose.services.prometheus ?? { image: '', networks: [] })
    const [inside = '', outside = ''] = Array.from(mounts).find(([to]) => to.includes('/rules/')) ?? []
    expect(configuration.rule_files).toEqual([inside])
    const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-prometheus-'))
    try {
      const file = join(folder, 'prometheus.yml')
      await writeFile(file, text.replace(inside, inRepository(join('deploy', outside))))
      const { code, stdout } = await run('promtool', ['check', 'config', file], folder)
      expect([code, stdout]).toEqual([0, expect.stringContaining('SUCCESS: 12 rules found')])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('has every server that measures, at its port, and often enough for the rules', () => {
    const targets = configuration.scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap((one) => one.targets),
    )
    expect(targets).toEqual(['platform-1:3001', 'platform-2:3001', 'orders:3001'])
    expect(targets.filter((target) => !isReachable('prometheus', target))).toEqual([])
    expect(read('deploy/serve.js')).toContain('process.env.OPERATIONS_PORT ?? 3001')
    expect(configuration.global.scrape_interval).toBe('15s')
  })
})

describe('Caddyfile', () => {
  interface Site {
    readonly listen: readonly string[]
    readonly routes: readonly { readonly match: readonly { readonly host: readonly string[] }[] }[]
  }
  const adapted = async () => {
    const names = { PLATFORM_HOST: 'p.localhost', ORDERS_HOST: 'o.localhost', CUSTOMER_HOST: 'c.localhost' }
    const file = inRepository('deploy/Caddyfile')
    const json = await output('caddy', ['adapt', '--adapter', 'caddyfile', '--config', file], '/', names)
    return {
      json,
      sites: Object.values(
        (JSON.parse(json) as { apps: { http: { servers: object } } }).apps.http.servers,
      ) as Site[],
    }
  }

  it('is read by Caddy, and names servers and ports that there are', async () => {
    const { json } = await adapted()
    const upstreams = Array.from(json.matchAll(/"dial":"([^"]+)"/g), ([, address = '']) => address)
    const servers = ['platform-1:3000', 'platform-2:3000', 'platform-1:3001', 'platform-2:3001']
    expect(upstreams.sort()).toEqual([...servers, 'orders:3000', 'customer:3000'].sort())
    expect(upstreams.filter((address) => !isReachable('caddy', address))).toEqual([])
    expect(read('deploy/serve.js')).toContain('process.env.PORT ?? 3000')
  })

  it('publishes three names, and the list of ended sessions by a port that is not published', async () => {
    const { sites } = await adapted()
    const hosts = sites.map(({ listen, routes }) => [
      listen.join(),
      routes.flatMap(({ match }) => match.flatMap(({ host }) => host)).sort(),
    ])
    expect(Object.fromEntries(hosts)).toEqual({
      ':443': ['c.localhost', 'o.localhost', 'p.localhost'],
      ':8443': ['p.localhost'],
    })
    const { REVOCATIONS_URL } = compose.services.orders?.environment ?? {}
    expect(new URL(REVOCATIONS_URL?.replaceAll(/\$\{.*?\}/g, 'p.localhost') ?? '')).toMatchObject({
      port: '8443',
      pathname: '/internal/revocations',
    })
    expect(read('deploy/platform.js')).toContain("app.get('/internal/revocations', onlyServices")
  })

  it('has its certificate where the secrets are', async () => {
    const { json } = await adapted()
    const [, certificate = '', key = ''] = /"certificate":"([^"]+)".*?"key":"([^"]+)"/.exec(json) ?? []
    const paths = compose.services.caddy?.secrets?.map((name) => `/run/secrets/${name}`)
    expect(paths).toEqual([certificate, key])
  })
})

describe('Grafana', () => {
  const mounts = mountsOf(compose.services.grafana ?? { image: '', networks: [] })

  it('is given the Prometheus that there is', () => {
    const { datasources } = yaml(read('deploy/grafana/datasources/prometheus.yaml')) as {
      datasources: { type: string; url: string }[]
    }
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }])
    expect(isReachable('grafana', datasources[0]?.url ?? '')).toBe(true)
  })

  it('finds the dashboard of the package in the folder that it looks in', () => {
    const { providers } = yaml(read('deploy/grafana/dashboards/reverse-jwt.yaml')) as {
      providers: { type: string; options: { path: string } }[]
    }
    expect(providers).toHaveLength(1)
    const { path = '' } = providers[0]?.options ?? {}
    expect(mounts.get(`${path}/reverse-jwt.json`)).toBe('../docs/observe/grafana.json')
    const folders = Array.from(mounts).filter(([to]) => to.startsWith('/etc/grafana/provisioning/'))
    expect(folders.map(([, from]) => readdirSync(inRepository(join('deploy', from))).length)).toEqual([1, 1])
  })
})

describe('redis.conf', () => {
  it('is what Redis is started with, where the health check may ask', () => {
    const { command = [], secrets, healthcheck } = compose.services.redis ?? {}
    expect(mountsOf(compose.services.redis ?? { image: '', networks: [] }).get(command[1] ?? '')).toBe(
      './redis.conf',
    )
    expect(read('deploy/redis.conf')).toContain(`aclfile /run/secrets/${secrets?.join() ?? ''}\n`)
    expect(healthcheck?.test).toEqual(['CMD', 'redis-cli', 'ping'])
  })
})

describe('the programs', () => {
  const files = readdirSync(inRepository('deploy')).filter((file) => file.endsWith('.js'))
  const { dependencies } = manifestAt('deploy/package.json')

  it('import what their package.json names, and nothing that it names is left over', () => {
    const imported = files.flatMap((file) =>
      ts.preProcessFile(read(`deploy/${file}`)).importedFiles.map(({ fileName }) => fileName),
    )
    const packages = imported.filter((name) => !name.startsWith('.') && !isBuiltin(name))
    expect(new Set(packages.map((name) => name.split('/')[0]))).toEqual(new Set(Object.keys(dependencies)))
    const own = imported.filter((name) => name.startsWith('./')).map((name) => name.slice(2))
    expect(files).toEqual(expect.arrayContaining(own))
  })

  it('are installed by a lock that has what the package needs today', () => {
    const { packages } = manifestAt('deploy/package-lock.json')
    const { dependencies: needed } = manifestAt('package.json')
    const advice = 'Run `npm install --package-lock-only` in deploy/.'
    expect([advice, packages['node_modules/reverse-jwt']?.dependencies]).toEqual([advice, needed])
    expect(packages['']?.dependencies).toEqual(dependencies)
    for (const [name, version] of Object.entries(dependencies)) {
      if (name !== 'reverse-jwt')
        expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version])
    }
  })

  it('measure by the recipe of the documents, as it stands', () => {
    const [recipe = ''] = blocksOf(sectionOf(read('docs/metrics.md'), '### prom-client'), 'js')
    expect(read('deploy/meter.js').split('\n').slice(1).join('\n')).toBe(`${recipe}\n`)
  })
})
