/** fwplus in Node. */
export * from './index.js';
export { writeStreamed } from './io/node/file-sink.js';
export { type FileSource, fileSource } from './io/node/file-source.js';
export { loadModelFolder, PACKAGE_FOLDER } from './model-folder.node.js';
