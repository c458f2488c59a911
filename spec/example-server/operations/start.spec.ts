import { afterEach, expect, it, jest } from '@jest/globals'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { DemoProcess } from '../../helpers/demo-process.js'

jest.setTimeout(120_000)

const running: DemoProcess[] = []

const anyPorts = { PLATFORM_PORT: '0', CUSTOMER_PORT: '0' }

/** With nothing, as at its very first start. */
function demoWith(ports: Readonly<Record<string, string>>): DemoProcess {
  const demo = new DemoProcess({ ...anyPorts, ...ports })
  running.push(demo)
  return demo
}

async function demoOverEmptyDatabase(ports: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
  const demo = await DemoProcess.overEmptyDatabase({ ...anyPorts, ...ports })
  running.push(demo)
  return demo
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((demo) => demo.kill()))
})

it('prints three origins, what to do, and the way into the console', async () => {
  const demo = demoWith({})
  const { platform, customer, orders } = await demo.started()
  expect(platform).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(customer).toMatch(/^http:\/\/localhost:\d+$/)
  expect(orders).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const { address, password } = await demo.console()
  expect(address).toBe(`${platform}/console/`)
  expect(password).toMatch(/^(?:[a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  expect((await demo.stop()).stdout.split('\n')).toEqual([
    expect.stringMatching(/^Opening the projects in \S+ \(a new one takes some seconds\) \.\.\.$/),
    `Platform: ${platform}`,
    `Customer: ${customer}`,
    `Orders: ${orders} (another service of the platform)`,
    `Open ${customer} in a browser and follow its seven steps; Ctrl+C stops the demo.`,
    `Console: ${address} with the password ${password} (good for one login)`,
    '',
  ])
})

const variables = ['PLATFORM_PORT', 'CUSTOMER_PORT', 'ORDERS_PORT', 'KEYS_PORT', 'ELSEWHERE_PORT']

it.each(variables)('refuses a %s that is none in one line that says what to do', async (variable) => {
  expect(await demoWith({ [variable]: '\u001b[31m' }).ended()).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${variable} is "\\u001b[31m", which is not a port. Set it to a number from 0 to 65535 (0 = any free port), or leave it out.\n`,
  })
})

it('says in one line what to do when a port is taken', async () => {
  const { platform } = await (await demoOverEmptyDatabase()).started()
  const { port } = new URL(platform)
  for (const variable of variables) {
    expect(await (await demoOverEmptyDatabase({ [variable]: port })).ended()).toMatchObject({
      exitCode: 1,
      stderr: `Port ${port} is taken. Choose another one with ${variable}, for example ${variable}=0 npm start for any free port.\n`,
    })
  }
})

it('stops on a signal although a connection is kept alive and another holds half a request, and frees its ports', async () => {
  let demo = await demoOverEmptyDatabase()
  const addresses = await demo.started()
  const ports = {
    PLATFORM_PORT: new URL(addresses.platform).port,
    CUSTOMER_PORT: new URL(addresses.customer).port,
    ORDERS_PORT: new URL(addresses.orders).port,
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const agent = new Agent({ keepAlive: true })
    const half = connect(Number(ports.CUSTOMER_PORT), '127.0.0.1').on('error', () => undefined)
    try {
      half.write('GET / HTTP/1.1\r\n')
      const [response] = (await once(get(addresses.platform, { agent }), 'response')) as [
        NodeJS.ReadableStream,
      ]
      response.resume()
      await once(response, 'end')
      expect([signal, await demo.stop(signal)]).toMatchObject([signal, { exitCode: 0, stderr: '' }])
    } finally {
      agent.destroy()
      half.destroy()
    }
    demo = await demoOverEmptyDatabase(ports)
    expect(await demo.started()).toEqual(addresses)
  }
})
