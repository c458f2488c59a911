import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runModule } from '../helpers/child-process.js'
import type { CustomerHost } from '../helpers/customer-host.js'
import { network } from '../../lib/keys/jwks/network.js'

const lib = (file: string) => pathToFileURL(join(import.meta.dirname, '../../lib', file)).href

/** Reads the set of the host in a process that has these variables from its start on. Says what its store tells of. */
export async function readElsewhere(
  { jwksUri, port }: CustomerHost,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const { ca } = network
  const set = { project: { id: 'shop' }, jwksUri, denied: [] }
  const source = `
    import { JwksKeyStore } from '${lib('index.js')}'
    import { network } from '${lib('keys/jwks/network.js')}'
    network.resolve = async () => ['127.0.0.1']
    network.ca = ${JSON.stringify(ca)}
    const store = { find: () => undefined, keySet: () => (${JSON.stringify(set)}) }
    const onEvent = ({ type, cause }) => console.log(cause ?? type)
    const jwks = new JwksKeyStore(store, { ports: [${port}], allowAddress: () => true, onEvent })
    await jwks.find('shop', 'key-1').catch(() => undefined)
  `
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  try {
    const { stdout } = await runModule(source)
    return stdout.trim()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
