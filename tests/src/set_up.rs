//! A service from the text of its settings, on the day of the vignettes: what the suites start from.

use jiff::civil::{Date, date};
use pnet_cds::app::Application;
use pnet_cds::settings::{Input, load};
use pnet_cds::site;

/// The day of every evaluation.
pub(crate) fn today() -> Date {
    date(2026, 11, 23)
}

/// A service with these settings, reached under `base`.
///
/// # Errors
/// What is wrong with the settings, or with what they name.
pub(crate) fn application(settings: &str, base: &str) -> Result<Application, String> {
    let input = Input {
        file: Some(("test.toml".into(), settings.into())),
        ..Input::default()
    };
    let settings = load(&input).map_err(|faults| format!("{faults:?}"))?;
    let evaluator = site::load(&settings).map_err(|faults| faults.join("\n"))?;
    Application::new(&settings, evaluator, base, today)
}
