/** fwplus in Node. */
export * from './index.js';
export { writeStreamed } from './io/node/file-sink.js';
export { type FileSource, fileSource } from './io/node/file-source.js';
export { PACKAGE_FOLDER } from './io/node/package-folder.js';
export { loadModelFolder } from './model-folder.node.js';
