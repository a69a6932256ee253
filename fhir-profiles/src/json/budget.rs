//! What a document may hold: counted while it is read, before anything is made of it.

use std::fmt;

macro_rules! counted {
    ($($(#[doc = $doc:literal])+ $field:ident: $name:ident = $text:literal, $call:expr, $file:expr;)+) => {
        /// What is counted in a document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Counted {
            $($(#[doc = $doc])+ $name),+
        }

        impl Counted {
            /// Everything that is counted.
            pub const ALL: &'static [Counted] = &[$(Counted::$name),+];

            /// What a person reads, in the plural.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }

        /// How much of each a document may hold.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Budget {
            $($(#[doc = $doc])+ pub $field: usize),+
        }

        impl Budget {
            /// Of a call, and of a page of a FHIR server: some ten times what the largest charts that were seen hold
            /// (some 4,000 resources, each with eight codings and three references), and still little work.
            pub const CALL: Self = Self { $($field: $call),+ };

            /// Of a file that an operator gives to the command line: a population in one Bundle.
            pub const FILE: Self = Self { $($field: $file),+ };

            /// The limit.
            pub fn of(&self, what: Counted) -> usize {
                match what { $(Counted::$name => self.$field),+ }
            }
        }
    };
}

counted! {
    /// Values of any kind; a chart has one in ten to fifteen bytes.
    values: Values = "JSON values", 4_000_000, 400_000_000;
    /// Objects and arrays in one another; FHIR needs some thirty, and what is deeper than 127 is set aside by itself.
    depth: Depth = "levels of objects and arrays", 200_000, 2_000_000;
    /// Bytes of one text that is not a file; the longest reports have some 100 kB.
    text: Text = "bytes in one text", 1 << 20, 16 << 20;
    /// Bytes of one file in a text, or narrative: as large as the largest body.
    data: Data = "bytes in one file or narrative", 64 << 20, 256 << 20;
    /// Entries of Bundles; `server.max_resources` is the limit of what is in them.
    entries: Entries = "entries", 50_000, 20_000_000;
    /// Resources in others.
    contained: Contained = "contained resources", 50_000, 20_000_000;
    /// Components of Observations.
    components: Components = "components", 100_000, 40_000_000;
    /// Codings, of codes and of anything else.
    codings: Codings = "codings", 400_000, 100_000_000;
    /// Extensions of any kind.
    extensions: Extensions = "extensions", 400_000, 100_000_000;
    /// References to other resources.
    references: References = "references", 200_000, 100_000_000;
    /// Identifiers.
    identifiers: Identifiers = "identifiers", 100_000, 40_000_000;
    /// Ingredients of Medications.
    ingredients: Ingredients = "ingredients", 20_000, 20_000_000;
    /// Values under `prefetch`; the service asks for fewer than twenty, and takes some under other names.
    prefetch: Prefetch = "prefetch keys", 200, 200;
    /// Members of `context.selections`.
    selections: Selections = "selections", 1_000, 1_000;
    /// Entries under `context.draftOrders`.
    draft_orders: DraftOrders = "draft orders", 1_000, 1_000;
}

/// More of something than a document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Of what.
    pub what: Counted,
    /// How much of it there may be.
    pub limit: usize,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} {}", self.limit, self.what.text())
    }
}

impl Counted {
    /// What stands under a key: an array of so many, or one of them.
    pub(super) fn under(key: &str) -> Option<Self> {
        Some(match key {
            "entry" => Self::Entries,
            "contained" => Self::Contained,
            "component" => Self::Components,
            "coding" => Self::Codings,
            "extension" | "modifierExtension" => Self::Extensions,
            "reference" => Self::References,
            "identifier" => Self::Identifiers,
            "ingredient" => Self::Ingredients,
            "selections" => Self::Selections,
            "prefetch" => Self::Prefetch,
            "draftOrders" => Self::DraftOrders,
            _ => return None,
        })
    }

    /// The limit of the length of a text under a key.
    pub(super) fn text_under(key: &str) -> Self {
        match key {
            "data" | "div" => Self::Data,
            _ => Self::Text,
        }
    }

    /// As a number that is not zero.
    pub(super) fn number(this: Option<Self>) -> u32 {
        this.map_or(0, |counted| counted as u32 + 1)
    }

    pub(super) fn of_number(number: u32) -> Option<Self> {
        Self::ALL.get((number as usize).checked_sub(1)?).copied()
    }
}

/// What was counted so far.
#[derive(Debug)]
pub(super) struct Counts<'b> {
    budget: &'b Budget,
    so_far: [usize; Counted::ALL.len()],
}

impl<'b> Counts<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self {
            budget,
            so_far: [0; Counted::ALL.len()],
        }
    }

    /// One more.
    pub(super) fn count(&mut self, what: Counted) -> Result<(), Over> {
        let Some(so_far) = self.so_far.get_mut(what as usize) else {
            return Ok(());
        };
        *so_far += 1;
        let so_far = *so_far;
        self.check(what, so_far)
    }

    /// Whether there may be so much of it.
    pub(super) fn check(&self, what: Counted, much: usize) -> Result<(), Over> {
        let limit = self.budget.of(what);
        match much > limit {
            true => Err(Over { what, limit }),
            false => Ok(()),
        }
    }
}
