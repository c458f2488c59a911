/** What the examples of docs/frameworks.md import. */
export const frameworkPackages = [
  ...['express', 'express-4', 'fastify', 'koa', 'hono', '@hono/node-server'],
  ...['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'reflect-metadata', 'rxjs'],
]

/** Next.js resolves `@/` to the root of the app; Node and TypeScript by themselves do not. */
export function withoutAlias(code: string): string {
  return code.replaceAll("from '@/", "from './")
}
