import { fileURLToPath } from 'node:url'

/** The page's files stay where they are, because tsc copies none. This module runs in dist/example-server. */
export const pageFolder = fileURLToPath(new URL('../../example-server/page/', import.meta.url))
