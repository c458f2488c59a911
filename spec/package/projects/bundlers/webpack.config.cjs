const shared = {
  mode: 'development',
  devtool: false,
  entry: `./${process.env.ENTRY}`,
  output: { path: `${__dirname}/out`, filename: 'bundle.js' },
  externals: { 'node:crypto': 'commonjs node:crypto' },
}

module.exports = [
  { ...shared, name: 'node', target: 'node' },
  { ...shared, name: 'edge', target: 'webworker', resolve: { conditionNames: ['workerd', '...'] } },
  { ...shared, name: 'page', target: 'web' },
  { ...shared, name: 'worker', target: 'webworker' },
]
