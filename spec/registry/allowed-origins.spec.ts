import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { AllowedOrigins, MemoryProjectStore } from '../../lib/registry/index.js'
import { by, managed } from '../helpers/registry.js'
import { evil, home, originStore, pass } from './origin-store.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  // With them go those of what a test has made.
  jest.useRealTimers()
})

describe('AllowedOrigins', () => {
  it('knows the origins that projects list, as text, and no others', async () => {
    const origins = await originStore({ listed: [home, 'http://localhost:4001'], any: false }).settled()
    expect([home, 'http://localhost:4001'].map((origin) => origins.has(origin))).toEqual([true, true])
    const others = [
      evil,
      `${home}.evil.example`,
      `${home}:443`,
      `${home}/`,
      'https://Shop.example',
      'null',
      '',
      '*',
    ]
    expect(others.filter((origin) => origins.has(origin))).toEqual([])
    expect(origins.framing.has(home)).toBe(true)
  })

  it('knows every serialized origin where a project lists none, and frames only what is listed', async () => {
    const origins = await originStore({ listed: [home], any: true }).settled()
    const serialized = [
      home,
      evil,
      'http://127.0.0.1:8080',
      'https://[::1]:8443',
      'https://xn--bcher-kva.example',
    ]
    const apps = ['chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb', 'capacitor://localhost']
    expect([...serialized, ...apps].filter((origin) => !origins.has(origin))).toEqual([])
    const odd = [
      ...['null', '', '*', 'https://*.example', 'file://', 'about:blank', 'shop.example', '//shop.example'],
      ...[
        `${home}/`,
        `${home}/path`,
        `${home}?`,
        `${home}#`,
        `${home}:443`,
        'https://Shop.example',
        'HTTPS://shop.example',
      ],
      ...[`${home}, ${evil}`, `${home},${evil}`, `${home} ${evil}`, ` ${home}`, `${home}\n`, `${home}\0`],
      ...[
        'https://user@shop.example',
        'https://bücher.example',
        'https://sh%6Fp.example',
        'https://1',
        'data://',
      ],
      ...[
        'https://shop.example:99999',
        'https://[::1',
        `https://${'a'.repeat(300)}.example`,
        'x'.repeat(16_000),
      ],
    ]
    expect(odd.filter((origin) => origins.has(origin))).toEqual([])
    expect([home, evil].map((origin) => origins.framing.has(origin))).toEqual([true, false])
  })

  it('knows nothing before the first read', async () => {
    const { state, make } = originStore({ listed: [home], any: true })
    state.delayMs = 50
    const origins = make()
    const ready = origins.ready()
    await pass(49)
    expect([origins.has(home), origins.framing.has(home)]).toEqual([false, false])
    await pass(1)
    await ready
    expect([origins.has(home), origins.framing.has(home)]).toEqual([true, true])
    expect(state.reads).toBe(1)
  })

  it('follows the registry, and keeps the origins of a suspended project', async () => {
    const { registry, store } = managed(new MemoryProjectStore())
    const origins = new AllowedOrigins(store)
    await origins.ready()
    expect(origins.has(home)).toBe(false)
    await registry.createProject({ id: 'shop', allowedOrigins: [home] }, { by })
    await pass(100)
    expect(origins.has(home)).toBe(true)
    await registry.suspendProject('shop', { by })
    await pass(100)
    expect(origins.has(home)).toBe(true)
    await registry.updateProject('shop', { allowedOrigins: null }, { by })
    await pass(100)
    expect([origins.has(evil), origins.framing.has(home)]).toEqual([true, false])
    await registry.deleteProject('shop', { by })
    await pass(100)
    expect([origins.has(home), origins.has(evil)]).toEqual([false, false])
  })
})

describe('AllowedOrigins reads', () => {
  it('again every ttl seconds', async () => {
    const { state, settled } = originStore()
    const origins = await settled({ ttl: 10 })
    state.answer = { listed: [evil], any: false }
    await pass(8_999)
    expect([state.reads, origins.has(evil)]).toEqual([0, false])
    await pass(1)
    expect([state.reads, origins.has(evil), origins.has(home)]).toEqual([1, true, false])
    await pass(30_000)
    expect(state.reads).toBe(4)
  })

  it('not again for a change that the read of the ttl has seen', async () => {
    const { state, change, settled } = originStore()
    await settled({ ttl: 10 })
    await pass(8_950)
    change()
    await pass(50)
    expect(state.reads).toBe(1)
    await pass(1_000)
    expect(state.reads).toBe(1)
  })

  it('not again to be ready', async () => {
    const { state, settled } = originStore()
    await (await settled()).ready()
    expect(state.reads).toBe(0)
  })

  it('once for a burst of changes, 100 ms after the first', async () => {
    const { state, change, settled } = originStore()
    await settled()
    for (let message = 0; message < 99; message++) {
      change()
      await pass(1)
    }
    expect(state.reads).toBe(0)
    await pass(1)
    expect(state.reads).toBe(1)
    await pass(1_000)
    expect(state.reads).toBe(1)
  })

  it('once more for all that changes during a read, and never twice at once', async () => {
    const { state, change, settled } = originStore()
    const origins = await settled()
    state.delayMs = 500
    change()
    await pass(100)
    state.answer = { listed: [evil], any: false }
    for (let message = 0; message < 400; message++) {
      change()
      await pass(1)
    }
    expect(state.reads).toBe(1)
    await pass(100)
    // What that read began with was too old.
    expect([state.reads, origins.has(evil)]).toEqual([1, false])
    await pass(700)
    expect([state.reads, state.maxAtOnce, origins.has(evil)]).toEqual([2, 1, true])
    await pass(5_000)
    expect(state.reads).toBe(2)
  })

  it('what changed before its watch stood', async () => {
    const { state, make, store } = originStore()
    jest.spyOn(store, 'watch').mockImplementation(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { close: () => Promise.resolve() }
    })
    const origins = make()
    await origins.ready()
    state.answer = { listed: [evil], any: false }
    await pass(400)
    expect([state.reads, origins.has(evil)]).toEqual([2, true])
  })

  it('nothing when it is asked, however many origins are made up', async () => {
    const { state, settled } = originStore()
    const origins = await settled()
    for (let made = 0; made < 10_000; made++) origins.has(`https://${made}.example`)
    expect(state.reads).toBe(0)
  })

  it('no more after close, and keeps what it knows', async () => {
    const { state, change, listeners, settled } = originStore()
    const origins = await settled()
    change()
    await origins.close()
    await pass(100_000)
    expect([state.reads, listeners.size, jest.getTimerCount(), origins.has(home)]).toEqual([0, 0, 0, true])
    await origins.close()
  })

  it('to its end before close resolves', async () => {
    const { state, settled, change } = originStore()
    const origins = await settled()
    state.delayMs = 50
    change()
    await pass(100)
    const closed = origins.close().then(() => state.atOnce)
    await pass(50)
    expect(await closed).toBe(0)
    await pass(100_000)
    expect(state.reads).toBe(1)
  })

  it('no more for a message that comes after close, and reports nothing', async () => {
    const { state, listeners, errors, settled, change } = originStore()
    const origins = await settled()
    const [listener] = listeners
    Object.assign(state, { delayMs: 50, answer: new Error('the pool has ended') })
    change()
    await pass(100)
    const closed = origins.close()
    listener?.('shop')
    await pass(1_000)
    await closed
    expect([state.reads, errors]).toEqual([1, []])
  })

  it('and closes a watch that comes after close', async () => {
    const { make, listeners, errors } = originStore()
    const origins = make()
    await origins.close()
    await pass(1_000)
    expect([listeners.size, errors]).toEqual([0, []])
  })
})
