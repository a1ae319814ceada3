#!/usr/bin/env node
import module from 'node:module';
import packageJson from '../package.json' with {type: 'json'};

module.enableCompileCache?.();

if (process.argv.includes('--version')) process.stdout.write(`${packageJson.version}\n`);
