//! The service as a whole: what all requests share, and every path of it.

use crate::evaluator::Evaluator;
use crate::http::{self, Parts, State};
use crate::pages::{self, Pages};
use crate::settings::Settings;
use crate::store::Store;
use crate::telemetry::Telemetry;
use crate::trust::{JtiStore, SystemClock, Trust};
use actix_web::web::{Data, ServiceConfig};
use jiff::civil::Date;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

/// A service, ready to be served; clones are the same one.
#[derive(Debug, Clone)]
pub struct Application {
    /// What all requests share.
    pub state: Data<State>,
    /// The pages, where they are on.
    pages: Option<Pages>,
}

impl Application {
    /// A service at `base_url`, evaluating as of what `today` says, with the clock of the machine for tokens and a store in
    /// memory, whatever `store.url` says.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, the files of keys, or the export of telemetry.
    pub fn new(
        settings: &Settings,
        evaluator: Evaluator,
        base_url: &str,
        today: fn() -> Date,
    ) -> Result<Self, String> {
        let store = Store::in_memory(settings.auth.replay_capacity).map_err(|error| error.to_string())?;
        let trust = Self::trust(settings, base_url, &store).map_err(|faults| faults.join("; "))?;
        let telemetry = Telemetry::new(&settings.telemetry)?;
        let parts = Parts {
            evaluator,
            trust,
            store,
            telemetry,
        };
        Self::of(settings, base_url, today, parts)
    }

    /// Trust as set, with the clock of the machine, remembering tokens in the store.
    ///
    /// # Errors
    /// Every file of keys or certificates that cannot be used.
    pub fn trust(settings: &Settings, base_url: &str, store: &Arc<Store>) -> Result<Trust, Vec<String>> {
        let tokens: Arc<dyn JtiStore> = Arc::clone(store) as _;
        Trust::new(settings, base_url, Arc::new(SystemClock::default()), tokens)
    }

    /// A service of parts that are there already.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, or with the file of the audit.
    pub fn of(
        settings: &Settings,
        base_url: &str,
        today: fn() -> Date,
        parts: Parts,
    ) -> Result<Self, String> {
        let state = State::new(settings, base_url, today, parts)?;
        let pages = state.advisor.has_pages().then(Pages::new).transpose()?;
        Ok(Self {
            state: Data::new(state),
            pages,
        })
    }

    /// Every path, with what its handlers need.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config.app_data(self.state.clone());
        if let Some(pages) = &self.pages {
            config.app_data(pages.clone());
        }
        config.configure(http::routes).configure(pages::routes);
    }

    /// Serves until SIGTERM or SIGINT, then lets requests in flight end; the management listener, where there is one, ends
    /// last.
    ///
    /// # Errors
    /// If a listener cannot be used.
    pub async fn serve(self, listener: TcpListener, management: Option<TcpListener>) -> io::Result<()> {
        let state = self.state.clone();
        let paths = move |config: &mut ServiceConfig| self.configure(config);
        http::serve(listener, management, state, paths).await
    }
}
