// Loaded before SUSHI: it would fetch the newest "automatic" packages (tools, terminology, extensions) from a
// registry at each run. The guide uses none of them, and without them the result does not depend on the day.
require(`${process.env.SUSHI}/dist/utils/Processing`).AUTOMATIC_DEPENDENCIES.length = 0;
