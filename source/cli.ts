#!/usr/bin/env node
// The door: speeds up the next start, then hands over.
import module from 'node:module';

module.enableCompileCache?.();
const {main} = await import('./cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
