//! CDS Hooks: what is asked for, what comes in, and how it is answered.

pub mod feedback;
pub mod flow;
pub mod orders;
pub mod pauses;
pub mod prefetch;
pub mod request;
pub mod trail;

/// A service of discovery: one for each hook, since some clients keep only one hook a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A chart is opened.
    PatientView,
    /// An order is being entered.
    OrderSelect,
    /// Orders are about to be signed.
    OrderSign,
}

impl Service {
    /// Every service, in the order of discovery.
    pub const ALL: [Self; 3] = [Self::PatientView, Self::OrderSelect, Self::OrderSign];

    /// The service with that id.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.id() == id)
    }

    /// The service that answers a hook.
    pub fn by_hook(hook: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.hook() == hook)
    }

    /// Its id, the last part of its path.
    pub fn id(self) -> &'static str {
        match self {
            Self::PatientView => "pnet-liver-metastases",
            Self::OrderSelect => "pnet-order-select",
            Self::OrderSign => "pnet-order-sign",
        }
    }

    /// The hook that it answers.
    pub fn hook(self) -> &'static str {
        match self {
            Self::PatientView => "patient-view",
            Self::OrderSelect => "order-select",
            Self::OrderSign => "order-sign",
        }
    }
}
