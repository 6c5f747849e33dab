/** Where the package lies. */
import { fileURLToPath } from 'node:url';

/** The package's own folder, seen from dist/src/io/node. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('../../../../', import.meta.url));
