import PassportStrategy from 'passport-strategy'
import { refusalFactsOf } from '../errors.js'
import { isOutageCode } from '../http/refusals.js'
import { challengeOf } from '../http/challenge.js'
import { callback } from '../options/kinds.js'
import { argumentReader } from '../options/options.js'
import { attach } from './authenticated-request.js'
import { readFaceOptions, type Face, type ReverseJwtOptions } from './face-options.js'
import { keepRefusal } from './kept-refusal.js'
import { warnWithoutCors } from './preflight.js'
import type { Authentication, Project, ProjectToken, RequestLike, ResponseLike } from '../types.js'
import { warnOnce, warnWithoutTls } from '../warnings.js'

/** What Passport puts on a strategy before it calls `authenticate`. */
interface Actions {
  readonly success: (user: unknown, info?: unknown) => void
  readonly fail: (challenge?: unknown, status?: number) => void
  readonly pass: () => void
  readonly error: (error: unknown) => void
}

/** What of `passport.authenticate(name, options)` matters here. */
interface PassportOptions {
  readonly session?: boolean
  readonly assignProperty?: string
}

export type VerifyDone = (error: unknown, user?: unknown, info?: unknown) => void

/**
 * The platform's own last word on an authenticated project: `done(null, user)` sets `req.user`, `done(null, false)` is 403,
 * `done(error)` is passed on. The token has been consumed by then.
 */
export type VerifyCallback = (project: Project, token: ProjectToken, done: VerifyDone) => unknown

// Not the class as it is typed elsewhere: that would make everybody who compiles against this one need Express's types.
const Strategy: new () => object = PassportStrategy.Strategy

const readVerify = argumentReader(
  'ReverseJwtStrategy',
  'verify',
  callback<VerifyCallback>('(project, token, done)'),
)

/**
 * Passport strategy with the name `reverse-jwt`.
 *
 *     GET /embed HTTP/1.1
 *     Authorization: Bearer eyJhbGciOiJFUzI1NiIs...
 *
 * Sets `req.user` (the project, or what the verify callback says), `req.project` and `req.projectToken`. A refusal is
 * `fail(challenge, status)`, an outage `error(err)`. On success the answer gets `Cache-Control: no-store`, which the handler
 * may override; nothing is written on it for a refusal, because another strategy may yet let the request in: use
 * `failWithError: true` together with `problemDetails()` to answer with the reason, or `refusalOf(req)` in a callback of your
 * own. Use `session: false`; sessions without `req.session` are an error before the token is looked at, because Passport would
 * otherwise fail after the token has been used up.
 *
 * Throws a TypeError for a wrong option.
 *
 * @example
 * passport.use(new ReverseJwtStrategy({ verifier }))
 * app.get('/embed', passport.authenticate('reverse-jwt', { session: false, failWithError: true }), handler)
 * app.use(problemDetails())
 */
export class ReverseJwtStrategy extends Strategy {
  readonly name = 'reverse-jwt'
  // Passport clones a registered strategy with Object.create, which #private members do not survive.
  private readonly face: Face
  private readonly verify: VerifyCallback | undefined

  constructor(options: ReverseJwtOptions, verify?: VerifyCallback) {
    super()
    this.face = readFaceOptions('ReverseJwtStrategy', options)
    readVerify(verify)
    // It would never call done, and the request would hang.
    if (verify?.length === 1 || verify?.length === 2) {
      throw new TypeError('ReverseJwtStrategy: verify takes (project, token, done) and must call done')
    }
    this.verify = verify
  }

  authenticate(request: RequestLike, options: PassportOptions = {}): void {
    // Passport sets these anew for each request, on this very object when it was given an instance: take them now, or
    // a second request that arrives meanwhile would get the answer of the first.
    const { success, fail, pass, error } = this as this & Actions
    let isAnswered = false
    const once =
      <Given extends unknown[]>(action: (...given: Given) => void) =>
      (...given: Given) => {
        isAnswered = true
        action(...given)
      }
    const actions: Actions = {
      success: once(success),
      fail: once(fail),
      pass: once(pass),
      error: once(error),
    }
    const mistake = mistakeOf(options, request)
    if (mistake !== undefined) {
      error(new TypeError(mistake))
      return
    }
    warnWithoutTls(request)
    // Passport has no answer for a preflight, so it is refused like any request without a token.
    warnWithoutCors(request, responseTo(request))
    this.face.verifier
      .authenticate(request, this.face.rules)
      .then(
        (authentication) => {
          return this.finish(request, authentication, actions)
        },
        (refusal: unknown) => {
          this.refuse(request, refusal, actions)
        },
      )
      .catch((thrown: unknown) => {
        // What the application threw after it had its answer goes to Express's own next: the action may be what threw.
        const { next } = request as { next?: (error: unknown) => void }
        if (next === undefined && isAnswered) throw thrown
        ;(next ?? error)(thrown || new Error('The request failed'))
      })
      // Without Express nobody else would hear of it, and the action is not to be called twice.
      .catch(console.error)
  }

  private async finish(
    request: RequestLike,
    authentication: Authentication,
    actions: Actions,
  ): Promise<void> {
    const accept = (user: unknown, info?: unknown) => {
      attach(request, responseTo(request), authentication)
      actions.success(user, info)
    }
    const { project, projectToken } = authentication
    if (this.verify === undefined) {
      accept(project)
      return
    }
    const call = { answered: false }
    const done: VerifyDone = (failure, user, info) => {
      if (call.answered) return
      call.answered = true
      if (failure) actions.error(failure)
      else if (user) accept(user, info)
      else actions.fail(info, 403)
    }
    try {
      await this.verify(project, projectToken, done)
    } catch (failure) {
      if (call.answered) throw failure
      done(failure || new Error('The verify callback failed'))
    }
  }

  private refuse(request: RequestLike, refusal: unknown, { fail, pass, error }: Actions): void {
    const facts = refusalFactsOf(refusal)
    if (facts === undefined || isOutageCode(facts.code)) {
      // Passport takes a falsy error for none.
      error(refusal || new Error('The verifier failed'))
      return
    }
    if (facts.code === 'credentials_missing' && this.face.optional) {
      pass()
      return
    }
    keepRefusal(request, refusal)
    fail(challengeOf(facts), facts.status)
  }
}

/** Express puts it there; Passport hands on only the request. */
function responseTo(request: object): ResponseLike | undefined {
  return (request as { res?: ResponseLike }).res
}

/** What is wrong with the options of `passport.authenticate`. Found before the token is looked at, which would use it up. */
function mistakeOf(options: PassportOptions, request: object): string | undefined {
  const misplaced = ['scope', 'optional', 'tokenFrom'].find((name) => name in options)
  if (misplaced !== undefined) {
    return `${misplaced} belongs to new ReverseJwtStrategy({ ${misplaced} }), not to passport.authenticate`
  }
  // passport.authorize (assignProperty) never uses a session.
  if (options.session === false || options.assignProperty !== undefined) return undefined
  if (!('session' in request && Boolean(request.session))) {
    return "passport.authenticate('reverse-jwt') needs { session: false }: a project token is used once and this app has no sessions"
  }
  warnOnce('REVERSE_JWT_SESSION_LEFT_ON')
  return undefined
}
