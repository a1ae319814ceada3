import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The folder that holds package.json, source/ and dist/. */
export const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
