import type { Project, ProjectToken } from './types.js'

/**
 * Adds `req.project` and `req.projectToken` to Express's types: `import 'reverse-jwt/express-types'` once, anywhere.
 * They may be undefined, because not every route is protected; `projectOf(req)` never is.
 */
declare global {
  // The way that Express documents; there is no module to augment that both 4 and 5 share.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      project?: Project
      projectToken?: ProjectToken
    }
  }
}
