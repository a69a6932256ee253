// Loaded before SUSHI, so that its result depends on the pinned packages only. By itself it asks registries for its own
// newest version and for the newest "automatic" packages (tools, terminology, extensions), none of which the guide uses.
const processing = require(`${process.env.SUSHI}/dist/utils/Processing`);
const { version } = require(`${process.env.SUSHI}/package.json`);

processing.AUTOMATIC_DEPENDENCIES.length = 0;
processing.checkSushiVersion = async () => ({ latest: version, current: version });
