//! A part of a whole that several processes share: the K-th of N.

use sha2::{Digest, Sha256};
use std::str::FromStr;

/// The K-th of N parts; the first is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Part {
    which: u32,
    of: u32,
}

impl Part {
    /// Whether a patient falls into it; by the id alone, so that every process says the same.
    pub(super) fn has(self, subject: &str) -> bool {
        let digest = Sha256::digest(subject.as_bytes());
        let begin = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        begin % u64::from(self.of) == u64::from(self.which)
    }

    /// Whether the file at this place of a list falls into it.
    pub(super) fn has_place(self, place: usize) -> bool {
        place % self.of as usize == self.which as usize
    }
}

impl FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected K/N with K from 0 and less than N, such as 0/4";
        let (which, of) = text.split_once('/').ok_or(wrong)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| wrong);
        let part = Self {
            which: number(which)?,
            of: number(of)?,
        };
        (part.which < part.of).then_some(part).ok_or(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_falls_into_one_part() {
        for of in 1..6 {
            let parts: Vec<Part> = (0..of).map(|which| Part { which, of }).collect();
            for id in 0..200 {
                let id = format!("Patient/{id}");
                assert_eq!(parts.iter().filter(|part| part.has(&id)).count(), 1);
            }
        }
        assert_eq!("3/4".parse(), Ok(Part { which: 3, of: 4 }));
        for wrong in ["4/4", "0/0", "1", "-1/2", "a/b", ""] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }
}
