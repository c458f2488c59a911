import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { compileScript, parse } from 'vue/compiler-sfc'

/** What Vite's plugin does with a component, without styles. */
const vue = {
  name: 'vue',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor, errors } = parse(await readFile(path, 'utf8'), { filename: path })
      if (errors.length > 0) throw errors[0]
      const { content } = compileScript(descriptor, { id: 'component', inlineTemplate: true })
      return { contents: content }
    })
  },
}

await build({
  entryPoints: ['react-page.jsx', 'vue-page.js'],
  entryNames: '[name]',
  outdir: 'out',
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  jsxDev: true,
  plugins: [vue],
  define: {
    'process.env.NODE_ENV': '"development"',
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
})
