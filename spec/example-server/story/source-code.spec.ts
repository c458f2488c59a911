import { expect, it } from '@jest/globals'
import express from 'express'
import { readFile } from 'node:fs/promises'
import request from 'supertest'
import { placeOf, places, sourceCodeRouter } from '../../../example-server/story/source-code.js'

const app = express().use('/code', sourceCodeRouter())

it.each(Object.entries(places))('finds the place %s', async (name, [file, text]) => {
  const lines = (await readFile(file, 'utf8')).split('\n')
  expect(lines[(placeOf(name)?.line ?? 0) - 1]).toContain(text)
})

it('shows a file as text, each line with its number', async () => {
  const { status, text } = await request(app).get('/code/example-server/customer.ts')
  expect(status).toBe(200)
  expect(text).toContain('<span id="L1">/**</span>')
  expect(text).toContain('Map&lt;string, number&gt;()')
  expect(text).not.toContain('Map<string')
})

const documents = [...new Set(Object.values(places).map(([file]) => file))].filter((file) =>
  file.endsWith('.md'),
)

it.each(documents)('shows a page of the documents in which each link leads somewhere: %s', async (file) => {
  const html = async (address: string) => {
    const { status, type, text } = await request(app).get(address)
    expect([address, status, type]).toEqual([address, 200, 'text/html'])
    return text
  }
  const shown = await html(`/code/${file}`)
  const targets = Array.from(shown.matchAll(/<a href="([^"]*)"/g), ([, target = '']) => target)
  // The first leads back to the demo.
  for (const target of targets.slice(1)) {
    const { origin, pathname, hash } = new URL(target, `http://demo/code/${file}`)
    if (origin !== 'http://demo') continue
    const page = await html(pathname)
    if (hash !== '') expect(page).toContain(` id="${hash.slice(1)}"`)
  }
})

it('tells where each place is', async () => {
  const answer = await request(app).get('/code/places.json')
  expect(Object.keys(answer.body as object)).toEqual(Object.keys(places))
})

it.each([
  'package.json',
  'example-server/operations/start.ts',
  'example-server/customer.ts/../operations/start.ts',
  '..%2f..%2fetc%2fpasswd',
  'example-server%2fcustomer.ts%00',
  '__proto__',
])('shows no other file: %s', async (path) => {
  expect((await request(app).get(`/code/${path}`)).status).toBe(404)
})
