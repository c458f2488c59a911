import { describe, expect, it } from '@jest/globals'
import { isPublicAddress } from '../../../lib/keys/jwks/allowed-address.js'

// What is not public is in spec/attacks/i-make-you-fetch-from-your-own-network.spec.ts. Here are the neighbours of each range.
describe('a public address is', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2001:4860:4860::8888',
    '2400::1',
    '2606:4700:4700::1111',
    '2A00::1',
    '3ffe::1',
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('what is no address in its one form is none', () => {
  it.each([
    '',
    '8.8.8',
    '0x08.8.8.8',
    '134744072',
    '010.8.8.8',
    '8.8.8.8.',
    ' 8.8.8.8',
    'dns.google',
    '::ffff:808',
    '[2400::1]',
    '2400::1/64',
  ])('%j', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})
