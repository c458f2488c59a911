import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express'
import passport, { type Strategy } from 'passport'
import {
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  ReverseJwtStrategy,
  type Project,
} from 'reverse-jwt'

const verifier = createVerifier({
  audience: 'https://platform.example',
  keyStore: new MemoryKeyStore([]),
  replayStore: new MemoryReplayStore(),
})

const protect: RequestHandler = reverseJwt({ verifier, scope: 'portal:read' })
const answer: ErrorRequestHandler = problemDetails()
const strategy: Strategy = new ReverseJwtStrategy({ verifier })

passport.use(strategy)
passport.use(new ReverseJwtStrategy({ verifier }, (project, token, done) => done(null, project, token)))
passport.use('named', new ReverseJwtStrategy({ verifier, optional: true }))

export const app = express()
export const router = Router().use(reverseJwt({ verifier }))
app.use('/embed', protect, router)
app.get('/inline', reverseJwt({ verifier }), (req, res) => {
  const project: Project = projectOf(req)
  res.json({ id: project.id, scopes: projectTokenOf(req).scopes })
})
app.get('/passport', passport.authenticate('reverse-jwt', { session: false }), (req, res) => {
  res.json({ id: projectOf(req).id })
})
app.use(answer)
app.use(problemDetails())
