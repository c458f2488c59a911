import { expect, it } from '@jest/globals'
import express from 'express'
import helmet from 'helmet'
import request from 'supertest'
import { framedBy } from '../../lib/index.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const customers = Array.from({ length: 200 }, (_, index) => `https://customer-${index}.example`)
const app = express()
app.use(helmet())
app.use(framedBy(new Set(customers), { ancestors: ['https://suite.example'] }))
app.get('/portal', (_req, res) => {
  res.send('portal')
})

const answer = async (headers: Record<string, string>, method: 'get' | 'head' | 'options' = 'get') => {
  const { headers: answered } = await request(serve(app))[method]('/portal').set(headers)
  return JSON.stringify(answered)
}
const named = (text: string) =>
  Array.from(text.matchAll(/https:\/\/customer-\d+\.example/g), ([origin]) => origin)

it('an answer names the customer that frames, and nobody else', async () => {
  expect(named(await answer({ Referer: 'https://customer-7.example/' }))).toEqual([
    'https://customer-7.example',
  ])
})

it.each<[string, Record<string, string>]>([
  ['without a Referer', {}],
  ['from a page of mine', { Referer: 'https://evil.example/' }],
  ['from a made-up page', { Referer: 'https://customer-200.example/' }],
  ['from all of them', { Referer: customers.slice(0, 50).join(', ') }],
  ['from anything', { Referer: 'https://*.example/' }],
  ['from a part of a name', { Referer: 'https://customer-7/' }],
  ['as a page of the platform', { 'Sec-Fetch-Site': 'same-origin', Referer: 'https://evil.example/' }],
  ['with an Origin', { Origin: 'https://evil.example' }],
])('it names nobody %s', async (_, headers) => {
  for (const method of ['get', 'head', 'options'] as const)
    expect(named(await answer(headers, method))).toEqual([])
})

it('it is no longer for a platform with many customers', async () => {
  const { length } = await answer({ Referer: 'https://customer-7.example/' })
  expect(length).toBeLessThan(2_000)
})

it('my own text comes into no header', async () => {
  for (const Referer of [
    "https://customer-7.example;script-src'unsafe-inline'/",
    'https://customer-7.example,default-src/',
    'https://customer-7.example%20*/',
    'https://customer-7.example/;frame-ancestors *',
  ]) {
    const text = await answer({ Referer })
    expect(text).not.toMatch(/frame-ancestors \*|script-src'unsafe|,default-src|%20/)
  }
})
