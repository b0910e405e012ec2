// Hours of labelling in fast motion, for script/soak.

import base from './playwright.config';

export default { ...base, testDir: 'soak', timeout: 3_600_000, retries: 0 };
