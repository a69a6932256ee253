//! The day of evaluation: the only clock that reaches the clinical logic.

use jiff::Zoned;
use jiff::civil::Date;

/// Today, in the time zone of the machine.
pub(crate) fn today() -> Date {
    Zoned::now().date()
}
