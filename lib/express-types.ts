import type { Project, ProjectSession, ProjectToken } from './types.js'

/**
 * Adds `req.project`, `req.projectToken` and `req.projectSession` to Express's types: `import 'reverse-jwt/express-types'` once, anywhere.
 * They may be undefined, because not every route is protected; `projectOf(req)` never is.
 */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- As Express documents; 4 and 5 share no module to augment.
  namespace Express {
    interface Request {
      project?: Project
      projectToken?: ProjectToken
      projectSession?: ProjectSession
    }
  }
}
