import { expect, it } from '@jest/globals'
import request from 'supertest'
import { mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'

it('accepts exactly one of 50 requests that carry the same token at once', async () => {
  const server = appOf(platform().options).listen(0)
  const token = mint()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => request(server).get('/portal').auth(token, { type: 'bearer' })),
  )
  server.close()

  const accepted = answers.filter(({ status }) => status === 200)
  expect(accepted).toHaveLength(1)
  expect(accepted[0]?.body).toMatchObject({ project: 'shop' })
  for (const answer of answers) if (answer.status !== 200) expectAnswer(answer, 'token_replayed')
})
