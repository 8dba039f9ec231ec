/**
 * `node:http`, but not by `import`: that reads every name the module exports, and one of them loads all of Node's `fetch`, which no core
 * needs: a seventh of its start.
 */
export const { createServer, request } = process.getBuiltinModule('node:http')
